/** Reads of the stored feed. */
import type pg from 'pg';
import type { Turn } from '../concurrency.ts';
import { CHANGE_JSON, type Change, type ChangeJson, changeFromJson } from './change.ts';
import { type Cursor, encodeCursor } from './cursor.ts';
import { epochOf, INSTALLATION_SQL, SERVER_SQL } from './epoch.ts';
import { CursorExpiredError } from './error.ts';

/** The position given last, and the history it belongs to. */
export type Head = { position: number; epoch: string };

/** From where on an organization's changes are asked for. */
export type Place = { organizationId: string; after: number };

/** A user or agent, by UUID. */
export type ActorFilter = { kind: 'USER' | 'AGENT'; id: string };

export type ChangeFilter = {
  types?: readonly string[];
  /** UUID of what changed. */
  entityId?: string;
  /** Who made them. */
  actor?: ActorFilter;
  /** Inclusive. */
  since?: Date;
  /** Exclusive. */
  until?: Date;
};

export type PageRequest = {
  /** Each organization once. */
  places: readonly Place[];
  /** Inclusive; default: the head. */
  upTo?: number;
  /** The history that the positions are of; if given, the database must still be in it. */
  epoch?: string;
  limit: number;
  /** Of JSON text. A page ends before it would exceed this, but always has room for one change. */
  maxBytes?: number;
  filter?: ChangeFilter;
};

export type Page = {
  /** In feed order, all organizations together. */
  changes: Change[];
  /** As JSON text, which is about what they take in memory. */
  bytes: number;
  /** The page has everything up to here that was asked for. */
  upTo: number;
  head: Head;
};

const QUERY_TIMEOUT_MS = 10_000;
const PAGE_BYTES = 1024 * 1024;
/** How many positions one page looks through at most, so that it plans and opens few of the log's partitions. */
const PAGE_SPAN = 200_000;
const FIRST_ROOM = 8;
/** How often the oldest change is looked for anew, when each time the retention was faster. */
const OLDEST_ATTEMPTS = 5;

/** The one row of a statement over feed_head. A connection that does not answer in time is given up. */
async function queryRow<Row extends HeadRow>(pool: pg.Pool, text: string, values: unknown[] = []) {
  const config: pg.QueryConfig & { query_timeout: number } = {
    text,
    values,
    query_timeout: QUERY_TIMEOUT_MS,
  };
  const [row] = (await pool.query<Row>(config)).rows;
  if (!row) throw new Error('The table feed_head has lost its row.');
  return row;
}

type HeadRow = { head: string; installation: string; server: string };

const HEAD_COLUMNS = `position AS head, ${INSTALLATION_SQL} AS installation, ${SERVER_SQL} AS server`;

const headOf = (row: HeadRow): Head => ({
  position: Number(row.head),
  epoch: epochOf(row.installation, row.server),
});

export async function readHead(pool: pg.Pool): Promise<Head> {
  return headOf(await queryRow<HeadRow>(pool, `SELECT ${HEAD_COLUMNS} FROM feed_head`));
}

/** What is stored. */
export type Bounds = {
  /** The position of the oldest change; with nothing stored, of the next one to come. */
  oldest: number;
  head: Head;
};

export async function readBounds(pool: pg.Pool): Promise<Bounds> {
  const row = await queryRow<HeadRow & { oldest: string }>(
    pool,
    `SELECT ${HEAD_COLUMNS},
            coalesce((SELECT c.position FROM change_log c ORDER BY c.position LIMIT 1), position + 1) AS oldest
       FROM feed_head`,
  );
  return { oldest: Number(row.oldest), head: headOf(row) };
}

export async function cursorExpired(pool: pg.Pool): Promise<CursorExpiredError> {
  const { oldest, head } = await readBounds(pool);
  return new CursorExpiredError(encodeCursor({ epoch: head.epoch, position: oldest - 1 }));
}

/**
 * The oldest changes after the given places, by one statement: the changes, and whether something after the lowest
 * place is gone already, are seen in one snapshot.
 *
 * @throws {CursorExpiredError} when changes after the lowest place are no longer stored, or the epoch is another.
 */
export async function readPage(pool: pg.Pool, request: PageRequest): Promise<Page> {
  const { places, limit, maxBytes = PAGE_BYTES, filter = {} } = request;
  const lowest = Math.min(...places.map(({ after }) => after));
  const upTo = Math.min(request.upTo ?? Number.MAX_SAFE_INTEGER, lowest + PAGE_SPAN);
  const row = await queryRow<HeadRow & { is_kept: boolean; seen: string; changes: string | null }>(
    pool,
    PAGE_SQL,
    [
      places.map(({ organizationId }) => organizationId),
      places.map(({ after }) => after),
      lowest,
      upTo,
      limit,
      maxBytes,
      filter.types ?? null,
      filter.entityId ?? null,
      filter.actor?.id ?? null,
      filter.since ?? null,
      filter.until ?? null,
      filter.actor?.kind ?? null,
    ],
  );
  const head = headOf(row);
  if (!row.is_kept || (request.epoch !== undefined && request.epoch !== head.epoch)) {
    throw await cursorExpired(pool);
  }
  const json = JSON.parse(row.changes ?? '[]') as ChangeJson[];
  const changes = json.map((change) => changeFromJson(change, head.epoch));
  const isCut = changes.length === limit || changes.length < Number(row.seen);
  return {
    changes,
    bytes: row.changes?.length ?? 0,
    upTo: (isCut && changes.at(-1)?.position) || Math.max(lowest, Math.min(upTo, head.position)),
    head,
  };
}

/** What a payload takes as text, about; only what is compressed must be unpacked to know. */
const PAYLOAD_BYTES = `CASE WHEN pg_column_compression(payload) IS NULL THEN pg_column_size(payload)
  ELSE octet_length(payload::text) END`;

/*
 * - Positions have no gaps and retention removes from below: so if the change right after the lowest place is there,
 *   nothing after it is gone.
 * - Whole rows are compared because only the index on (organization_id, position) serves that: asked for an
 *   organization and a range, the planner may walk the primary key past everybody else's changes.
 * - The plain bounds on the position are for leaving out partitions.
 * - A stored payload may be compressed a hundredfold, so its size is known only when it is unpacked. To unpack a
 *   thousand for a page that has room for ten would cost a hundred times what the page does: `room` doubles its way up
 *   to about as many as there is room for, and what is compressed beyond stays so.
 */
const PAGE_SQL = `
WITH RECURSIVE state AS MATERIALIZED (
  SELECT ${HEAD_COLUMNS},
         position <= $3::bigint OR EXISTS (SELECT FROM change_log WHERE position = $3::bigint + 1) AS is_kept
    FROM feed_head
), page AS MATERIALIZED (
  SELECT c.*, row_number() OVER (ORDER BY c.position) AS number
    FROM unnest($1::uuid[], $2::bigint[]) AS place (organization_id, after)
   CROSS JOIN LATERAL (
     SELECT * FROM change_log c
      WHERE (c.organization_id, c.position) > (place.organization_id, place.after)
        AND (c.organization_id, c.position) <= (place.organization_id, $4::bigint)
        AND c.position > $3::bigint AND c.position <= $4::bigint
        AND ($7::text[] IS NULL OR c.type = ANY ($7::text[]))
        AND ($8::uuid IS NULL OR c.entity_id = $8::uuid)
        AND ($9::uuid IS NULL OR (c.actor_id = $9::uuid AND c.actor_kind::text = $12::text))
        AND ($10::timestamptz IS NULL OR c.occurred_at >= $10::timestamptz)
        AND ($11::timestamptz IS NULL OR c.occurred_at < $11::timestamptz)
      ORDER BY c.organization_id, c.position
      LIMIT $5
   ) c
   ORDER BY c.position
   LIMIT $5
), room (changes) AS (
  SELECT ${FIRST_ROOM}
  UNION ALL
  SELECT 2 * changes FROM room
   WHERE changes < (SELECT count(*) FROM page)
     AND (SELECT sum(${PAYLOAD_BYTES}) FROM page WHERE number <= changes) < $6::int
), told AS MATERIALIZED (
  SELECT c.position, ${CHANGE_JSON}::text AS change FROM page c WHERE c.number <= (SELECT max(changes) FROM room)
), sized AS (
  SELECT *, sum(octet_length(change)) OVER (ORDER BY position) AS bytes FROM told
)
SELECT head, installation, server, is_kept, (SELECT count(*) FROM page) AS seen,
       (SELECT '[' || string_agg(change, ',' ORDER BY position) || ']' FROM sized
         WHERE bytes = octet_length(change) OR bytes <= $6::int) AS changes
  FROM state`;

export type ChangesRequest = ChangeFilter & {
  organizationId: string;
  /** Without it, from the oldest change still stored. */
  after?: Cursor;
  /** Inclusive; default: the head. */
  upTo?: number;
  limit: number;
};

/**
 * The stored changes of one organization that pass the filter, oldest first: `limit` of them, or all there are.
 *
 * @param turn for each read, of which a long log may take many.
 * @throws {CursorExpiredError} when changes after `after` are no longer stored, or the history is another.
 */
export async function readChanges(pool: pg.Pool, request: ChangesRequest, turn: Turn): Promise<Change[]> {
  if (request.after !== undefined) return await readChangesAfter(pool, request, turn, request.after);
  for (let attempt = 1; ; attempt += 1) {
    const { oldest, head } = await turn(() => readBounds(pool));
    try {
      return await readChangesAfter(pool, request, turn, { epoch: head.epoch, position: oldest - 1 });
    } catch (error) {
      // When the retention was faster, or the history ended, there is another oldest change.
      if (!(error instanceof CursorExpiredError) || attempt === OLDEST_ATTEMPTS) throw error;
    }
  }
}

async function readChangesAfter(
  pool: pg.Pool,
  request: ChangesRequest,
  turn: Turn,
  { epoch, position }: Cursor,
): Promise<Change[]> {
  const { organizationId, upTo = Number.MAX_SAFE_INTEGER, limit, after: _, ...filter } = request;
  const changes: Change[] = [];
  let after = position;
  for (;;) {
    const missing = limit - changes.length;
    const places = [{ organizationId, after }];
    const page = await turn(() => readPage(pool, { places, upTo, epoch, limit: missing, filter }));
    changes.push(...page.changes);
    if (changes.length >= limit || page.upTo >= Math.min(upTo, page.head.position)) return changes;
    after = page.upTo;
  }
}
