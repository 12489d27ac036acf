import { setTimeout as sleep } from 'node:timers/promises';
import { type BackoffLimits, backoffMs } from '../load/backoff.ts';
import { CONSTRAINT, closedStateRule } from './closedStateRule.ts';
import { closeViolators } from './closeViolators.ts';
import { reopenViolator } from './reopenViolator.ts';
import { inTransaction, type RepairSession, RepairStoppedError, withRepairSession } from './session.ts';
import {
  type ConstraintState,
  constraintState,
  countClosable,
  countViolators,
  type LiveViolator,
  liveViolators,
  type ViolatorCounts,
} from './violators.ts';

/** The steps in their order. `add` includes the second pass. */
export const REPAIR_STEPS = ['backfill', 'add', 'validate'] as const;
export type RepairStep = (typeof REPAIR_STEPS)[number];

export type RepairOptions = {
  /** Only reads and reports. */
  dryRun: boolean;
  /** How many rows one transaction changes at most. */
  batch: number;
  /** Reopens violators with a live session. Otherwise they are listed, and the repair stops before it adds the CHECK. */
  reopenLive: boolean;
  /** The last step. */
  until: RepairStep;
  /** How long one statement waits for a lock, in milliseconds. */
  lockTimeoutMs: number;
  /** Receives one line about each batch and each wait. */
  log(line: string): void;
};

export type RepairReport = {
  isDryRun: boolean;
  /** The violators before the repair. */
  found: ViolatorCounts;
  /** How many rows this run closed, and how many it reopened. */
  closed: number;
  reopened: number;
  /** The violators after it. */
  remaining: ViolatorCounts;
  /** Those of them that a live session uses. */
  live: LiveViolator[];
  constraint: ConstraintState;
  /** Why the repair stopped before its last step. Null when it did not. */
  stopped: string | null;
};

/** How often the rows that other transactions have locked are tried again, before the CHECK is added and after it. */
const PASSES_BEFORE = 5;
const PASSES_AFTER = 20;
const PASS_PAUSE: BackoffLimits = { minMs: 50, maxMs: 5_000 };

/**
 * Repairs rows of execution_workspace whose closed_at and status contradict each other, and restores the CHECK that
 * refuses such rows. Writers go on meanwhile. Each step can be repeated: a run continues where another one ended.
 *
 * The order matters. While the CHECK is there, NOT VALID or not, every update of a violator fails, whatever column it
 * changes. So the rows are repaired before it is added, and those that were written in between afterwards.
 */
export async function repairClosedState(url: string, options: RepairOptions): Promise<RepairReport> {
  const rule = await closedStateRule();
  return await withRepairSession(url, options, async (session) => {
    const { client } = session;
    const found = await countViolators(client, rule);
    for (const { id, name, sessions } of await liveViolators(client, rule)) {
      options.log(`audit: ${name} (${id}) has live sessions: ${sessions.join(', ')}`);
    }
    const done = { closed: 0, reopened: 0 };
    let stopped: string | null = null;
    if (!options.dryRun) {
      try {
        await repair(session, rule, options, done);
      } catch (error) {
        if (!(error instanceof RepairStoppedError)) throw error;
        stopped = error.message;
      }
    }
    return {
      isDryRun: options.dryRun,
      found,
      ...done,
      remaining: await countViolators(client, rule),
      live: await liveViolators(client, rule),
      constraint: await constraintState(client),
      stopped,
    };
  });
}

type Done = Pick<RepairReport, 'closed' | 'reopened'>;

async function repair(
  session: RepairSession,
  rule: string,
  options: RepairOptions,
  done: Done,
): Promise<void> {
  // Programs that do not pair the columns yet may write new violators all the while, so this may end with some left.
  await backfill(session, rule, { ...options, passes: PASSES_BEFORE }, done);
  if (options.until === 'backfill') return;
  await refuseLiveViolators(session, rule, 'the CHECK is not added');
  await addConstraint(session, rule);
  const locked = await backfill(session, rule, { ...options, passes: PASSES_AFTER }, done);
  if (locked > 0) throw new RepairStoppedError(`${locked} violators stay locked by other transactions.`);
  if (options.until === 'add') return;
  await refuseLiveViolators(session, rule, 'the CHECK is not validated');
  await validateConstraint(session);
}

/** Repairs violators until none is left but those with a live session, and returns how many were locked to the last. */
async function backfill(
  session: RepairSession,
  rule: string,
  { reopenLive, batch, passes }: RepairOptions & { passes: number },
  done: Done,
): Promise<number> {
  for (let pass = 1; ; pass++) {
    if (reopenLive) {
      for (const violator of await liveViolators(session.client, rule)) {
        if (await reopenViolator(session, rule, violator)) done.reopened += 1;
      }
    }
    done.closed += await closeViolators(session, { rule, batch });
    const locked = await countClosable(session.client, rule);
    if (locked === 0 || pass === passes) return locked;
    session.log(`backfill: ${locked} violators are locked by other transactions, retrying`);
    await sleep(backoffMs(pass, PASS_PAUSE));
  }
}

async function refuseLiveViolators({ client }: RepairSession, rule: string, effect: string): Promise<void> {
  const { length } = await liveViolators(client, rule);
  if (length === 0) return;
  throw new RepairStoppedError(
    `${length} violators have a live session, so ${effect}. Terminate the sessions, or pass --reopen-live.`,
  );
}

async function addConstraint(session: RepairSession, rule: string): Promise<void> {
  await inTransaction(session, 'add', async () => {
    // Read within the retried transaction: another run may have added it meanwhile.
    if ((await constraintState(session.client)) !== 'ABSENT') return;
    await session.client.query(
      `ALTER TABLE execution_workspace ADD CONSTRAINT ${CONSTRAINT} CHECK (${rule}) NOT VALID`,
    );
    session.log('add: the CHECK holds for every new row');
  });
}

/** Takes SHARE UPDATE EXCLUSIVE: reads and writes go on while the table is scanned. */
async function validateConstraint(session: RepairSession): Promise<void> {
  await inTransaction(session, 'validate', async () => {
    if ((await constraintState(session.client)) === 'VALID') return;
    await session.client.query(`ALTER TABLE execution_workspace VALIDATE CONSTRAINT ${CONSTRAINT}`);
    session.log('validate: the CHECK holds for every row');
  });
}
