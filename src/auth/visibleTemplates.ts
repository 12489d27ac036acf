import type { Prisma } from '../../prisma/client/client.ts';
import type { Viewer } from './viewer.ts';

/** The templates that a viewer sees: public ones, those of its organizations, and those that its organizations have installed. */
export function visibleTemplates({ roles }: Viewer): Prisma.TemplateWhereInput {
  const organizationIds = { in: [...roles.keys()] };
  return {
    OR: [
      { visibility: 'PUBLIC' },
      { organizationId: organizationIds },
      { installations: { some: { organizationId: organizationIds, status: 'INSTALLED' } } },
    ],
  };
}
