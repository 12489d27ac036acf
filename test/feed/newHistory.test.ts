/** Readers that arrive after the epoch has changed and before the process has noticed. */

import type { Feed } from '../../src/feed/feed.ts';
import { decodeCursor } from '../../src/feed/log/cursor.ts';
import { CursorExpiredError } from '../../src/feed/log/error.ts';
import { readChanges } from '../../src/feed/log/storedChanges.ts';
import { type FeedDatabase, take } from '../support/feed.ts';
import { expect, it } from '../support/test.ts';

let feed: Feed;
let organizationId: string;
let sessions: string[];

it.beforeEach(async ({ feedDatabase: db }) => {
  feed = db.feed();
  organizationId = await db.organization();
  sessions = await db.sessions(organizationId, 3);
  await db.drained();
  // An open stream keeps the organization's channel in the old epoch.
  const before = await feed.open({ organizationId, matches: () => true });
  before.next().catch(() => {});
});

const begin = (db: FeedDatabase) => db.pool.query('SELECT reset_feed_epoch()');
const open = (after?: string) => feed.open({ organizationId, after, matches: () => true });

it('a stream without a cursor starts in the new epoch', async ({ feedDatabase: db }) => {
  await begin(db);
  const stream = await open();
  await db.raise(sessions);
  expect((await take(stream, 3)).map(({ position }) => position)).toEqual([5, 6, 7]);
});

it('a stream resumes from a cursor of the new epoch', async ({ feedDatabase: db }) => {
  const other = db.feed({ sequence: false });
  await begin(db);
  // Another process has read the new epoch already.
  const after = await other.headCursor();
  const stream = await open(after);
  await db.raise(sessions);
  expect((await take(stream, 3)).map(({ position }) => position)).toEqual([5, 6, 7]);
});

it('reading after a cursor of the old epoch fails with CURSOR_EXPIRED', async ({ feedDatabase: db }) => {
  const after = decodeCursor(feed.encode(1));
  let reads = 0;
  const asked = readChanges(db.pool, { organizationId, after, limit: 2 }, async (read) => {
    reads += 1;
    // The epoch changes after the cursor was validated.
    if (reads === 1) await begin(db);
    return await read();
  });
  await expect(asked).rejects.toBeInstanceOf(CursorExpiredError);
});

it('reading from the oldest change returns everything in the new epoch', async ({ feedDatabase: db }) => {
  let reads = 0;
  const changes = await readChanges(db.pool, { organizationId, limit: 10 }, async (read) => {
    reads += 1;
    if (reads === 2) await begin(db);
    return await read();
  });
  expect(changes.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  expect(new Set(changes.map(({ cursor }) => decodeCursor(cursor)?.epoch)).size).toBe(1);
});
