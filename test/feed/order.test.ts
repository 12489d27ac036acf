/** The feed's order, with concurrent writers and competing sequencers. */
import pg from 'pg';
import { expect, it } from 'vitest';
import { moveBatch } from '../../src/feed/sequence/moveBatch.ts';
import type { EmptySnapshot } from '../../src/feed/sequence/outbox.ts';
import { endSequencers, openFeedDatabase, until } from '../support/feed.ts';
import { audit, write } from '../support/feedOracle.ts';

const WRITERS = 16;
const ROWS = 8_000;
const BATCH_SIZE = 20;

it('the order holds while two sequencers take over from each other', async () => {
  const db = await openFeedDatabase();
  const organizationId = await db.organization();
  const feeds = [db.feed({ batchSize: BATCH_SIZE }), db.feed({ batchSize: BATCH_SIZE })];
  const after = await feeds[0]?.headCursor();
  const streams = await Promise.all(
    feeds.map((feed) => feed.open({ organizationId, after, matches: () => true })),
  );
  const read = streams.map(async (stream) => {
    const positions: number[] = [];
    for await (const change of stream) positions.push(change.position);
    return positions;
  });

  let commits = 0;
  const ended: Promise<void>[] = [];
  const onCommit = () => {
    commits += 1;
    feeds[commits % 3]?.nudge();
    // The leader changes from time to time.
    if (commits % 200 === 0) ended.push(endSequencers(db.pool));
  };
  const committed = await write({ db, organizationId, writers: WRITERS, rows: ROWS, onCommit });
  await Promise.all(ended);
  await db.drained();

  const { head, ...found } = await audit(db.pool);
  expect(found).toEqual({ updates: committed, outOfOrder: 0, split: 0, gaps: 0 });
  await until(() => streams.every((stream) => stream.position() >= head));
  await db.close();
  for (const positions of await Promise.all(read)) {
    expect(positions).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  }
});

it('the order holds by the lock of the head alone, without an election', async () => {
  const db = await openFeedDatabase();
  const organizationId = await db.organization();
  let isDone = false;
  const sequencers = [1, 2, 3].map(async () => {
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    let moved = 0;
    let emptySnapshot: EmptySnapshot | undefined;
    while (!isDone) {
      const options = { batchSize: BATCH_SIZE, server: '', knownHead: 0, emptySnapshot };
      const { batches, ...result } = await moveBatch(client, options);
      emptySnapshot = result.emptySnapshot;
      moved += batches.reduce((sum, { count }) => sum + count, 0);
      // From time to time, more waits than one batch moves. Then the batch rule matters.
      if (Math.random() < 0.1) await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await client.end();
    return moved;
  });

  const committed = await write({ db, organizationId, writers: WRITERS, rows: ROWS });
  await db.drained();
  isDone = true;
  const moved = await Promise.all(sequencers);

  const { head, ...found } = await audit(db.pool);
  expect(found).toEqual({ updates: committed, outOfOrder: 0, split: 0, gaps: 0 });
  expect(moved.reduce((sum, count) => sum + count)).toBe(head);
  for (const count of moved) expect(count).toBeGreaterThan(0);
  await db.close();
});
