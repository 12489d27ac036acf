/** Compares what was stored, what the log has, and what each client received. */
import type pg from 'pg';
import { globalId } from '../../../src/value/globalId.ts';
import { audit } from '../feedOracle.ts';
import type { Listener, ReceivedEvent } from './listener.ts';

export type Verdict = {
  /** The number of changes in the log. */
  changes: number;
  clients: number;
  /** The number of events that all clients received. */
  received: number;
  missing: number;
  repeated: number;
  /** Events out of their row's order. */
  inverted: number;
  /** Transactions whose changes were not contiguous. */
  split: number;
  /** Events that differ from the log or are not in it. */
  wrong: number;
};

export const FLAWLESS = { missing: 0, repeated: 0, inverted: 0, split: 0, wrong: 0 };

type Logged = { position: number; xid: string; entityId: string; count: number };

export async function judge(pool: pg.Pool, listeners: readonly Listener[]): Promise<Verdict> {
  const logs = await readLogs(pool);
  const feed = await judgeFeed(pool);
  const verdict: Verdict = { ...FLAWLESS, ...feed, clients: listeners.length, received: 0 };
  for (const { organizationId, from, log } of listeners) {
    const logged = (logs.get(organizationId) ?? []).filter(({ position }) => position > from);
    const found = compare(log, logged);
    verdict.received += log.length;
    for (const flaw of Object.keys(FLAWLESS) as (keyof typeof FLAWLESS)[]) verdict[flaw] += found[flaw];
  }
  return verdict;
}

/** Compares the log with the tables: every committed change of a counter is there, once and in its row's order. */
async function judgeFeed(pool: pg.Pool): Promise<Partial<Verdict> & { changes: number }> {
  const { head, updates, outOfOrder, split, gaps } = await audit(pool);
  const { rows } = await pool.query('SELECT coalesce(sum(branch::int), 0)::int AS raised FROM session');
  return { changes: head, missing: Math.abs(rows[0].raised - updates) + gaps, inverted: outOfOrder, split };
}

async function readLogs(pool: pg.Pool): Promise<Map<string, Logged[]>> {
  const { rows } = await pool.query(
    `SELECT position::int, xid::text, organization_id, entity_type, entity_id,
            coalesce(payload -> 'row' ->> 'branch', '0')::int AS count
       FROM change_log ORDER BY position`,
  );
  const logs = new Map<string, Logged[]>();
  for (const { position, xid, organization_id, entity_type, entity_id, count } of rows) {
    const log = logs.get(organization_id) ?? [];
    log.push({ position, xid, entityId: globalId(entity_type, entity_id), count });
    logs.set(organization_id, log);
  }
  return logs;
}

/** Compares a client's events with the log. The counters show a row's order independently of the positions. */
function compare(received: readonly ReceivedEvent[], logged: readonly Logged[]): typeof FLAWLESS {
  const flaws = { ...FLAWLESS };
  const expected = new Map(logged.map((each) => [each.position, each]));
  const seen = new Set<number>();
  const counts = new Map<string, number>();
  const finished = new Set<string>();
  let transaction: string | undefined;
  for (const { position, type, entityId, count } of received) {
    const stored = expected.get(position);
    if (!stored || stored.entityId !== entityId || stored.count !== count) flaws.wrong += 1;
    if (seen.has(position)) {
      flaws.repeated += 1;
      continue;
    }
    seen.add(position);
    if (type === 'SESSION_UPDATED') {
      if (count <= (counts.get(entityId) ?? -1)) flaws.inverted += 1;
      counts.set(entityId, count);
    }
    if (stored && stored.xid !== transaction) {
      if (finished.has(stored.xid)) flaws.split += 1;
      if (transaction !== undefined) finished.add(transaction);
      transaction = stored.xid;
    }
  }
  flaws.missing = logged.length - [...expected.keys()].filter((position) => seen.has(position)).length;
  return flaws;
}
