import type pg from 'pg';
import type { Limiter } from '../../load/limiter.ts';
import type { Change } from './change.ts';
import type { Cursor } from './cursor.ts';
import { CursorExpiredError } from './error.ts';
import type { ChangeFilter } from './filter.ts';
import { readBounds, readHead } from './head.ts';
import { findLast } from './lastChanges.ts';
import { readPage, type Start } from './page.ts';

export type ChangesRequest = ChangeFilter & {
  organizationId: string;
  /** Default: before the oldest stored change. */
  after?: Cursor;
  /** Exclusive. Default: after the newest stored change. */
  before?: Cursor;
  limit: number;
  /** Whether to read the last `limit` changes of the range instead of the first. */
  isBackward?: boolean;
};

/** How often to start again at the oldest change after retention has removed it. */
const OLDEST_ATTEMPTS = 5;

/**
 * Reads the stored changes of one organization that pass the filter, oldest first in both directions, until `limit` or the end is
 * reached.
 *
 * @param limiter runs each page's read. A long log takes many.
 * @throws {CursorExpiredError} when changes after `after` are no longer stored, or the epoch has changed.
 */
export async function readChanges(
  pool: pg.Pool,
  request: ChangesRequest,
  limiter: Limiter,
): Promise<Change[]> {
  if (request.after !== undefined) return await readRange(pool, request, limiter, request.after);
  for (let attempt = 1; ; attempt += 1) {
    const { oldest, head } = await limiter(() => readBounds(pool));
    try {
      const epoch = request.before?.epoch ?? head.epoch;
      return await readRange(pool, request, limiter, { epoch, position: oldest - 1 });
    } catch (error) {
      // Retention removed the oldest change, or the epoch changed: there is another oldest change now.
      if (!(error instanceof CursorExpiredError) || attempt === OLDEST_ATTEMPTS) throw error;
    }
  }
}

async function readRange(
  pool: pg.Pool,
  { organizationId, after: _, before, limit, isBackward = false, ...filter }: ChangesRequest,
  limiter: Limiter,
  { epoch, position }: Cursor,
): Promise<Change[]> {
  const start = { organizationId, after: position };
  const range = { upTo: before ? before.position - 1 : undefined, epoch, limit, filter };
  if (!isBackward) return await readForward(pool, { start, ...range }, limiter);
  // Changes that follow while the page is read do not belong to it.
  const upTo = range.upTo ?? (await limiter(() => readHead(pool))).position;
  const earliest = await findLast(pool, { start, upTo, limit, filter }, limiter);
  if (earliest === undefined) return [];
  return await readForward(pool, { ...range, start: { organizationId, after: earliest - 1 }, upTo }, limiter);
}

type Range = { start: Start; upTo?: number; epoch: string; limit: number; filter: ChangeFilter };

async function readForward(
  pool: pg.Pool,
  { start, upTo = Number.MAX_SAFE_INTEGER, epoch, limit, filter }: Range,
  limiter: Limiter,
): Promise<Change[]> {
  const changes: Change[] = [];
  let { after } = start;
  for (;;) {
    const missing = limit - changes.length;
    const starts = [{ ...start, after }];
    const page = await limiter(() => readPage(pool, { starts, upTo, epoch, limit: missing, filter }));
    changes.push(...page.changes);
    if (changes.length >= limit || page.upTo >= Math.min(upTo, page.head.position)) return changes;
    after = page.upTo;
  }
}
