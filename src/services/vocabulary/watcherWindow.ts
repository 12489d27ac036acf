import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { NotFoundError, WatcherWindowRecordedError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { jsonObject, validate } from '../act/input.ts';
import { assertLive, lockRow, organizationOf } from './row.ts';

export const recordWatcherWindowInput = z
  .object({ startsAt: z.date(), endsAt: z.date(), extractedData: jsonObject })
  .refine(({ startsAt, endsAt }) => startsAt < endsAt, {
    path: ['endsAt'],
    message: 'must be after startsAt',
  });

/** GraphQL types a JSON value as unknown, which includes undefined. The schema checks it. */
type NewWindow = Omit<z.input<typeof recordWatcherWindowInput>, 'extractedData'> & {
  extractedData?: unknown;
};

const result = z.object({ watcherId: z.guid(), windowId: z.guid() });
export type RecordedWindow = z.output<typeof result>;

/**
 * Records the answer of a watcher for a span of time, with the version that the watcher ran with.
 * @throws WatcherWindowRecordedError
 * @throws VocabularyArchivedError
 */
export async function recordWatcherWindow(
  act: Act,
  { watcherId, versionId, ...input }: { watcherId: string; versionId?: string | null } & NewWindow,
) {
  const data = validate(recordWatcherWindowInput, input);
  const organizationId = await organizationOf(act, 'Watcher', watcherId);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
    queue: () => [watcherId],
    // An update in between could replace the current version, which is the default. Updates take the same lock.
    lock: (tx) => lockRow(tx, 'Watcher', watcherId),
    async write(tx, { locked }) {
      assertLive(locked);
      const version = await versionOf(tx, watcherId, versionId);
      const span = { watcherId, startsAt: data.startsAt, endsAt: data.endsAt };
      const recorded = await tx.watcherWindow.findUnique({ where: { watcherId_startsAt_endsAt: span } });
      if (recorded) throw new WatcherWindowRecordedError(recorded.id);
      const { id: windowId } = await tx.watcherWindow.create({
        data: { organizationId, versionId: version, ...span, extractedData: data.extractedData },
      });
      return { watcherId, windowId };
    },
  });
}

/** @throws NotFoundError when the watcher has no such version */
async function versionOf(tx: Tx, watcherId: string, versionId?: string | null): Promise<string> {
  if (versionId) {
    const version = await tx.watcherVersion.findFirst({ where: { id: versionId, watcherId } });
    if (!version) throw new NotFoundError('versionId');
    return versionId;
  }
  const { currentVersionId } = await tx.watcher.findUniqueOrThrow({ where: { id: watcherId } });
  return currentVersionId;
}
