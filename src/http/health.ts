/** Whether the process is alive, and whether it can serve. */
import type { Logger } from 'pino';
import type { Database } from '../db.ts';
import type { Feed } from '../feed/feed.ts';
import { pendingMigrations } from '../migrations.ts';

export type Readiness = { ready: boolean; checks: Record<string, boolean> };

/** Anybody may ask, as often as they like; the database is asked once a second at most. */
const GOOD_FOR_MS = 1_000;

export function createReadiness(db: Database, feed: Feed, log: Logger): () => Promise<Readiness> {
  let latest: { at: number; readiness: Promise<Readiness> } | undefined;
  return () => {
    const now = performance.now();
    if (!latest || now - latest.at > GOOD_FOR_MS) latest = { at: now, readiness: readiness(db, feed, log) };
    return latest.readiness;
  };
}

/** Ready: the database answers, it has the migrations of this version, and the feed keeps up with it. */
async function readiness(db: Database, feed: Feed, log: Logger): Promise<Readiness> {
  const [answers, { isReading, isSequenced }] = await Promise.all([database(db, log), feed.health()]);
  const checks = { ...answers, feed: isReading, sequencer: isSequenced };
  return { ready: Object.values(checks).every(Boolean), checks };
}

async function database(
  { watchPool }: Database,
  log: Logger,
): Promise<{ database: boolean; migrations: boolean }> {
  try {
    const pending = await pendingMigrations(watchPool);
    return { database: true, migrations: pending.length === 0 };
  } catch (error) {
    log.warn({ err: error }, 'the database does not answer as it should');
    return { database: false, migrations: false };
  }
}
