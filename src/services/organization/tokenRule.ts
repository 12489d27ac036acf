/** The owner of a token, and the roles that may revoke it. */
import type { Agent, Token } from '../../../prisma/client/client.ts';
import type { MembershipRole } from '../../../prisma/client/enums.ts';
import { isOwnAgent } from '../../auth/own.ts';
import { can, canOver } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';

/** The person or the agent that a token acts for. */
export type Holder = { userId: string | null; agent: Pick<Agent, 'id' | 'hiredById'> | null };

/** A person's own tokens are those that act for it, and those of the agents it hired. */
export function isOwnToken(viewer: Viewer, { userId, agent }: Holder): boolean {
  return agent ? isOwnAgent(viewer, agent) : viewer.kind === 'USER' && userId === viewer.id;
}

/** @param holderRole the role of the person that it acts for, if it is a member */
export function canRevokeToken(
  viewer: Viewer,
  token: Pick<Token, 'organizationId' | 'revokedAt'> & Holder,
  holderRole: MembershipRole | undefined,
): boolean {
  const { organizationId, revokedAt } = token;
  if (organizationId === null || revokedAt !== null) return false;
  const isOwn = isOwnToken(viewer, token);
  return (
    can(viewer, 'token.revoke', organizationId, isOwn) &&
    (isOwn || holderRole === undefined || canOver(viewer, holderRole, organizationId))
  );
}

/**
 * The members of an organization see its tokens. A token that works in all of a person's organizations is seen by that
 * person alone, and only through such a token: others may have made the person's tokens of one organization.
 */
export function isVisibleToken(
  viewer: Viewer,
  { organizationId, userId }: Pick<Token, 'organizationId' | 'userId'>,
): boolean {
  if (organizationId) return viewer.roles.has(organizationId);
  return userId === viewer.id && viewer.organizationId === null;
}
