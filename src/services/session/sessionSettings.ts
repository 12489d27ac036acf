import { z } from 'zod';
import { isOwnSession } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate } from '../act/input.ts';
import { lockSession, visibleSession } from './session.ts';

/** The name that people see. */
export const sessionDisplayName = line(1, 20);

export const renameSessionInput = z
  .object({ displayName: sessionDisplayName.nullish() })
  .refine((input) => input.displayName !== undefined, {
    path: ['displayName'],
    message: 'must be given; null takes the name away',
  });

const result = z.object({ sessionId: z.guid() });
export type ChangedSession = z.output<typeof result>;

/** Sets or clears a session's display name. */
export async function renameSession(
  act: Act,
  { sessionId, ...input }: { sessionId: string } & z.input<typeof renameSessionInput>,
) {
  const { displayName } = validate(renameSessionInput, input);
  const visible = await visibleSession(act, sessionId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'session.rename', organizationId, isOwnSession(viewer, visible)),
    queue: () => [sessionId],
    lock: (tx) => lockSession(tx, sessionId),
    async write(tx) {
      await tx.session.update({ where: { id: sessionId }, data: { displayName } });
      return { sessionId };
    },
  });
}

/** Sets whether a merge ends a session. The change itself ends none, whatever was merged before. */
export async function updateMergePolicy(
  act: Act,
  { sessionId, terminateOnPrMerge }: { sessionId: string; terminateOnPrMerge: boolean },
) {
  const { organizationId } = await visibleSession(act, sessionId);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'session.updateMergePolicy', organizationId),
    queue: () => [sessionId],
    lock: (tx) => lockSession(tx, sessionId),
    async write(tx) {
      await tx.session.update({ where: { id: sessionId }, data: { terminateOnPrMerge } });
      return { sessionId };
    },
  });
}
