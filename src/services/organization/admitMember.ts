import type { MembershipRole } from '../../../prisma/client/enums.ts';
import type { Tx } from '../../database/db.ts';
import { AlreadyMemberError } from '../../errors/errors.ts';
import { type Author, recordStructureEvent } from '../act/structureEvent.ts';

export type Admission = {
  organizationId: string;
  userId: string;
  role: MembershipRole;
  /** The organization's own name for the member. */
  name: string | null;
};

/**
 * Makes a person a member. Call it under the lock of the organization. Returns the id of the membership.
 * @throws AlreadyMemberError
 */
export async function admitMember(
  tx: Tx,
  author: Author,
  { organizationId, userId, role, name }: Admission,
): Promise<string> {
  const existing = await tx.membership.findFirst({ where: { organizationId, userId, removedAt: null } });
  if (existing) throw new AlreadyMemberError(existing.id);
  const { id, user } = await tx.membership.create({
    data: { organizationId, userId, role, name },
    select: { id: true, user: { select: { name: true } } },
  });
  await recordStructureEvent(tx, author, {
    organizationId,
    type: 'member.added',
    subject: { type: 'Membership', id },
    payload: { name: name ?? user.name, role },
  });
  return id;
}
