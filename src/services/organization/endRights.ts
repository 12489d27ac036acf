/** The end of what a person could still use after losing rights in an organization. */
import type { Tx } from '../../database/db.ts';
import type { Author } from '../act/structureEvent.ts';
import { withdrawInvitations } from '../invitation/invitation.ts';
import { revokeTokens } from './revokeTokens.ts';

type Person = { organizationId: string; userId: string };

/**
 * Ends what the person could still use in the organization: its tokens there, those that it made for others and for
 * agents, and its invitations that are open. Tokens that Muster made for the containers of agents stay. Returns the
 * ids of the revoked tokens that were good until now.
 */
export async function endRights(
  tx: Tx,
  author: Author,
  { organizationId, userId }: Person,
): Promise<string[]> {
  await withdrawInvitations(tx, author, { organizationId, invitedById: userId });
  const revoked = await revokeTokens(tx, author, {
    organizationId,
    OR: [{ userId }, { createdById: userId }],
  });
  return goodOf(revoked);
}

/**
 * The maker of a token knows its secret, and must not gain the rights of a member that is promoted. Returns what
 * endRights does.
 */
export async function endTokensMadeByOthers(
  tx: Tx,
  author: Author,
  { organizationId, userId }: Person,
): Promise<string[]> {
  return goodOf(await revokeTokens(tx, author, { organizationId, userId, NOT: { createdById: userId } }));
}

const goodOf = (revoked: { id: string; wasGood: boolean }[]) =>
  revoked.filter(({ wasGood }) => wasGood).map(({ id }) => id);
