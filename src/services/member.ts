import { z } from 'zod';
import { MembershipRole } from '../../prisma/client/enums.ts';
import { authorize, authorizeOver } from '../auth/policy.ts';
import type { Tx } from '../db.ts';
import { AlreadyMemberError } from '../errors.ts';
import { violatedConstraint } from '../sqlError.ts';
import { type Act, perform } from './act.ts';
import { email, text, validate } from './input.ts';
import { recordStructureEvent } from './structureEvent.ts';
import { createUser } from './user.ts';

export const addMemberInput = z.object({ email, name: text(1, 100), role: z.enum(MembershipRole) });

/**
 * Makes a person a member; one whom Muster does not know yet is made, with that name.
 * @throws AlreadyMemberError
 */
export async function addMember(
  act: Act,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof addMemberInput>,
) {
  const { email, name, role } = validate(addMemberInput, input);
  const add = async () =>
    await perform(act, {
      organizationId,
      may(viewer) {
        authorize(viewer, 'member.add', organizationId);
        authorizeOver(viewer, role, organizationId);
      },
      lock: (tx) => lockOrganization(tx, organizationId),
      async work(tx) {
        const user =
          (await tx.user.findUnique({ where: { email } })) ?? (await createUser(tx, { email, name }));
        const existing = await tx.membership.findFirst({
          where: { organizationId, userId: user.id, removedAt: null },
        });
        if (existing) throw new AlreadyMemberError(existing.id);

        const membership = await tx.membership.create({ data: { organizationId, userId: user.id, role } });
        await recordStructureEvent(tx, act, {
          organizationId,
          type: 'member.added',
          subject: { type: 'Membership', id: membership.id },
          payload: { role },
        });
        return { membershipId: membership.id };
      },
    });
  try {
    return await add();
  } catch (error) {
    // Another organization made the same person at the same moment; now Muster knows them.
    if (violatedConstraint(error) === 'user_email_key') return await add();
    throw error;
  }
}

/** Membership acts of one organization happen one after another, so that each sees what the last one did. */
async function lockOrganization(tx: Tx, organizationId: string): Promise<void> {
  await tx.$queryRaw`SELECT FROM organization WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
}
