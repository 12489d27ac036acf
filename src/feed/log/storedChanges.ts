import type pg from 'pg';
import type { Limiter } from '../../limiter.ts';
import type { Change } from './change.ts';
import type { Cursor } from './cursor.ts';
import { CursorExpiredError } from './error.ts';
import type { ChangeFilter } from './filter.ts';
import { readBounds } from './head.ts';
import { readPage } from './page.ts';

export type ChangesRequest = ChangeFilter & {
  organizationId: string;
  /** Default: before the oldest stored change. */
  after?: Cursor;
  /** Inclusive. Default: the head. */
  upTo?: number;
  limit: number;
};

/** How often to start again at the oldest change after retention has removed it. */
const OLDEST_ATTEMPTS = 5;

/**
 * Reads the stored changes of one organization that pass the filter, oldest first, until `limit` or the end is reached.
 *
 * @param limiter runs each page's read. A long log takes many.
 * @throws {CursorExpiredError} when changes after `after` are no longer stored, or the epoch has changed.
 */
export async function readChanges(
  pool: pg.Pool,
  request: ChangesRequest,
  limiter: Limiter,
): Promise<Change[]> {
  if (request.after !== undefined) return await readChangesAfter(pool, request, limiter, request.after);
  for (let attempt = 1; ; attempt += 1) {
    const { oldest, head } = await limiter(() => readBounds(pool));
    try {
      return await readChangesAfter(pool, request, limiter, { epoch: head.epoch, position: oldest - 1 });
    } catch (error) {
      // Retention removed the oldest change, or the epoch changed: there is another oldest change now.
      if (!(error instanceof CursorExpiredError) || attempt === OLDEST_ATTEMPTS) throw error;
    }
  }
}

async function readChangesAfter(
  pool: pg.Pool,
  request: ChangesRequest,
  limiter: Limiter,
  { epoch, position }: Cursor,
): Promise<Change[]> {
  const { organizationId, upTo = Number.MAX_SAFE_INTEGER, limit, after: _, ...filter } = request;
  const changes: Change[] = [];
  let after = position;
  for (;;) {
    const missing = limit - changes.length;
    const starts = [{ organizationId, after }];
    const page = await limiter(() => readPage(pool, { starts, upTo, epoch, limit: missing, filter }));
    changes.push(...page.changes);
    if (changes.length >= limit || page.upTo >= Math.min(upTo, page.head.position)) return changes;
    after = page.upTo;
  }
}
