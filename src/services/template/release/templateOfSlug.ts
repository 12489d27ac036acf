import type { Prisma, Template } from '../../../../prisma/client/client.ts';
import type { Viewer } from '../../../auth/viewer.ts';
import type { Database } from '../../../database/db.ts';

type Prismas = Pick<Database['prisma'], 'template'>;

/**
 * The template that a viewer gets for a slug; null when there is none. A template of the viewer's own organizations
 * comes first, so that no other organization can replace it by a public one. An installed template that has become
 * private comes last, because organizations that have it installed keep it.
 */
export async function templateOfSlug(
  { template }: Prismas,
  viewer: Viewer,
  slug: string,
): Promise<Template | null> {
  const organizationIds = { in: [...viewer.roles.keys()] };
  const candidates: Prisma.TemplateWhereInput[] = [
    { organizationId: organizationIds },
    { visibility: 'PUBLIC' },
    { installations: { some: { organizationId: organizationIds, status: 'INSTALLED' } } },
  ];
  for (const candidate of candidates) {
    const found = await template.findFirst({ where: { slug, ...candidate }, orderBy: { id: 'asc' } });
    if (found) return found;
  }
  return null;
}
