import { z } from 'zod';
import { MembershipRole } from '../../../prisma/client/enums.ts';
import { authorize, authorizeOver } from '../../auth/policy.ts';
import { AlreadyMemberError } from '../../errors.ts';
import { violatedConstraint } from '../../sqlError.ts';
import { type Act, perform } from '../act/act.ts';
import { email, line, validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';
import { lockOrganization } from './member.ts';
import { createUser } from './user.ts';

export const addMemberInput = z.object({ email, name: line(1, 100), role: z.enum(MembershipRole) });

const result = z.object({ membershipId: z.guid() });
export type AddedMember = z.output<typeof result>;

/**
 * Makes a person a member. A person whom Muster does not know is created, with the given name.
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
      result,
      authorize(viewer) {
        authorize(viewer, 'member.add', organizationId);
        authorizeOver(viewer, role, organizationId);
      },
      queue: () => [organizationId],
      lock: (tx) => lockOrganization(tx, organizationId),
      async write(tx) {
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
    // Another organization created the same person at the same moment. The second attempt finds the user.
    if (violatedConstraint(error) === 'user_email_key') return await add();
    throw error;
  }
}
