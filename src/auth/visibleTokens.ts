import type { Prisma } from '../../prisma/client/client.ts';
import type { Viewer } from './viewer.ts';

/**
 * The tokens that a viewer sees. The members of an organization see its tokens. A token that works in all of a person's
 * organizations is seen by that person alone, and only through such a token: others may have made the person's tokens of
 * one organization.
 */
export function visibleTokens({ id, roles, organizationId }: Viewer): Prisma.TokenWhereInput {
  const ofOrganizations = { organizationId: { in: [...roles.keys()] } };
  return organizationId === null
    ? { OR: [ofOrganizations, { organizationId: null, userId: id }] }
    : ofOrganizations;
}
