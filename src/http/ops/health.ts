/** The checks behind `/readyz`. */
import type pg from 'pg';
import type { Logger } from 'pino';
import { lostSettings } from '../../database/sessionSettings.ts';
import type { Feed } from '../../feed/feed.ts';
import type { Publisher } from '../../feed/publisher.ts';
import type { BacklogMonitor } from '../../feed/sequence/backlog.ts';
import { pendingMigrations } from '../../migrations/migrations.ts';

export type Readiness = Answer & { ready: boolean };

export type Answer = {
  /** Whether each check passes, by its name. */
  checks: Record<string, boolean>;
  /** The migrations of this version that the database lacks. Absent when it lacks none. */
  pendingMigrations?: string[];
};

/** Never rejects. */
export type Check = () => Promise<Answer>;

/** The endpoint needs no token, so however often it is called, the database is queried once a second at most. */
const GOOD_FOR_MS = 1_000;

/** Ready when every check passes. */
export function createReadiness(checks: readonly Check[]): () => Promise<Readiness> {
  let latest: { at: number; readiness: Promise<Readiness> } | undefined;
  return () => {
    const now = performance.now();
    if (!latest || now - latest.at > GOOD_FOR_MS) latest = { at: now, readiness: readinessBy(checks) };
    return latest.readiness;
  };
}

async function readinessBy(checks: readonly Check[]): Promise<Readiness> {
  const answers = await Promise.all(checks.map((check) => check()));
  const all: Answer = {
    ...Object.assign({}, ...answers),
    checks: Object.assign({}, ...answers.map((answer) => answer.checks)),
  };
  return { ready: Object.values(all.checks).every(Boolean), ...all };
}

/** The database answers with the settings that were asked for, and has the migrations of this version. */
export function databaseCheck(pool: pg.Pool, log: Logger): Check {
  return async () => {
    try {
      const lost = await lostSettings(pool);
      if (Object.keys(lost).length > 0) {
        log.warn(
          { settings: lost },
          'the database ignores `options`; a pooler may drop them: connect directly',
        );
        return { checks: { database: false, migrations: false } };
      }
      const pending = await pendingMigrations(pool);
      return pending.length === 0
        ? { checks: { database: true, migrations: true } }
        : { checks: { database: true, migrations: false }, pendingMigrations: pending };
    } catch (error) {
      log.warn({ err: error }, 'the database check failed');
      return { checks: { database: false, migrations: false } };
    }
  };
}

/** This process reads the feed, and a sequencer, here or elsewhere, keeps up. */
export function feedCheck(feed: Feed): Check {
  return async () => {
    const { isReading, isSequenced } = await feed.health();
    return { checks: { feed: isReading, sequencer: isSequenced } };
  };
}

/** This process leads or stands by, and the leader keeps up. */
export function sequencerCheck(publisher: Publisher, backlog: BacklogMonitor): Check {
  return async () => ({
    checks: {
      election: publisher.isLeading() || publisher.isStandingBy(),
      sequencer: await backlog.isSequenced(),
    },
  });
}
