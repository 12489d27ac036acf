/** Looks up, locks and ends invitations. */
import type { Invitation, Prisma } from '../../../prisma/client/client.ts';
import { visibleInvitations } from '../../auth/visibleInvitations.ts';
import type { Tx } from '../../database/db.ts';
import { InvitationEndedError, NotFoundError } from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';
import { columns } from '../act/columns.ts';
import { type Author, recordStructureEvents } from '../act/structureEvent.ts';
import { lockOrganization } from '../organization/member.ts';

/**
 * The invitation, if the viewer sees it.
 * @throws NotFoundError
 */
export async function visibleInvitation(act: Act, id: string): Promise<Invitation> {
  const invitation = await act.db.prisma.invitation.findFirst({
    where: { id, ...visibleInvitations(act.viewer) },
  });
  if (!invitation) throw new NotFoundError();
  return invitation;
}

/** Locks an invitation and its organization, as all acts on memberships do. */
export async function lockInvitation(
  tx: Tx,
  { organizationId, id }: Pick<Invitation, 'organizationId' | 'id'>,
): Promise<Invitation> {
  await lockOrganization(tx, organizationId);
  const [invitation] = await tx.$queryRaw<[Invitation]>`
    SELECT ${columns('Invitation')} FROM invitation WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return invitation;
}

/** @throws InvitationEndedError */
export function assertPending({ status }: Invitation): void {
  if (status !== 'PENDING') throw new InvitationEndedError(status);
}

export async function endInvitation(
  tx: Tx,
  id: string,
  status: 'ACCEPTED' | 'DECLINED' | 'WITHDRAWN',
): Promise<void> {
  await tx.invitation.update({ where: { id }, data: { status, endedAt: new Date() } });
}

/** Withdraws PENDING invitations of an organization, and records each. */
export async function withdrawInvitations(
  tx: Tx,
  author: Author,
  where: Prisma.InvitationWhereInput,
): Promise<void> {
  const withdrawn = await tx.invitation.updateManyAndReturn({
    where: { ...where, status: 'PENDING' },
    data: { status: 'WITHDRAWN', endedAt: new Date() },
  });
  await recordStructureEvents(
    tx,
    author,
    withdrawn.map(({ organizationId, id, name, role }) => ({
      organizationId,
      type: 'member.invitation_withdrawn',
      subject: { type: 'Invitation', id },
      payload: { name, role },
    })),
  );
}
