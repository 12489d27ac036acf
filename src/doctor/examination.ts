/** Runs the checks one after the other, and repairs what it may. */
import { setTimeout as sleep } from 'node:timers/promises';
import { reason } from '../migrations/error.ts';
import { type Check, type Finding, failure, type Installation, skipped } from './check.ts';

export type Result = Finding & {
  check: string;
  /** What a repair did. Absent when there was none. */
  repaired?: string;
};

/** A check that hangs must not hide the others. */
const CHECK_TIMEOUT_MS = 15_000;

/** @param onResult is called with each result as soon as it is known, in the order of the checks */
export async function examine(
  checks: readonly Check[],
  installation: Installation,
  options: { repair: boolean; onResult?(result: Result): void },
): Promise<Result[]> {
  const results: Result[] = [];
  for (const check of checks) {
    const result = await resultOf(check, installation, results, options.repair);
    options.onResult?.(result);
    results.push(result);
  }
  return results;
}

async function resultOf(
  check: Check,
  installation: Installation,
  earlier: readonly Result[],
  repair: boolean,
): Promise<Result> {
  const missing = missingNeed(check, earlier);
  if (missing) return { check: check.name, ...skipped(missing) };
  const found = await findingOf(check, installation);
  if (!repair || !check.repair || found.status === 'OK' || found.status === 'SKIPPED') {
    return { check: check.name, ...found };
  }
  try {
    const repaired = await check.repair(installation);
    return { check: check.name, ...(await findingOf(check, installation)), repaired };
  } catch (error) {
    return { check: check.name, ...found, repaired: `The repair failed: ${reason(error)}` };
  }
}

async function findingOf(check: Check, installation: Installation): Promise<Finding> {
  const timeout = new AbortController();
  try {
    return await Promise.race([
      check.examine(installation),
      sleep(CHECK_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
        throw new Error(`no answer within ${CHECK_TIMEOUT_MS / 1000} seconds`);
      }),
    ]);
  } catch (error) {
    return failure(`The check could not be made: ${reason(error)}.`, 'Mend what the message names.');
  } finally {
    timeout.abort();
  }
}

/** The checks that others rest on come first in the list. */
const NEEDED = { database: ['database'], tables: ['database', 'migrations'] } as const;

function missingNeed({ needs }: Check, earlier: readonly Result[]): string | undefined {
  if (!needs) return undefined;
  const broken = NEEDED[needs].find((name) =>
    earlier.some(({ check, status }) => check === name && status !== 'OK' && status !== 'WARNING'),
  );
  return broken && `It needs what the check "${broken}" found broken.`;
}
