import { z } from 'zod';
import { MembershipRole } from '../../../prisma/client/enums.ts';
import type { Tx } from '../../database/db.ts';
import { validate } from '../act/input.ts';
import type { Author } from '../act/structureEvent.ts';
import { admitMember } from './admitMember.ts';
import { lockOrganization } from './member.ts';
import { findOrCreateUser, personInput } from './user.ts';

export const addMemberAtOnceInput = personInput.extend({ role: z.enum(MembershipRole) });

/**
 * For the operator: makes a person a member without asking the person. An unknown person is created, with the given name.
 * An open invitation of the address ends. Returns the id of the membership.
 * @throws AlreadyMemberError
 * @throws InvalidInputError when the person is unknown and has no name
 */
export async function addMemberAtOnce(
  tx: Tx,
  author: Author,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof addMemberAtOnceInput>,
): Promise<string> {
  const { email, name, role } = validate(addMemberAtOnceInput, input);
  await lockOrganization(tx, organizationId);
  const { id: userId, isNew } = await findOrCreateUser(tx, { email, name });
  await tx.invitation.updateMany({
    where: { organizationId, email, status: 'PENDING' },
    data: { status: 'ACCEPTED', endedAt: new Date() },
  });
  return await admitMember(tx, author, { organizationId, userId, role, name: isNew ? null : (name ?? null) });
}
