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
  if (revokedAt !== null) return false;
  const isOwn = isOwnToken(viewer, token);
  if (organizationId === null) return isOwn && viewer.organizationId === null;
  return (
    can(viewer, 'token.revoke', organizationId, isOwn) &&
    (isOwn || holderRole === undefined || canOver(viewer, holderRole, organizationId))
  );
}
