/** Malformed, foreign and expired cursors end their own subscription with an error, and no other. */
import { print } from 'graphql';
import pg from 'pg';
import { expect, it } from 'vitest';
import { CursorExpiredError, createClient } from '../../src/client/index.ts';
import { decodeCursor, encodeCursor } from '../../src/feed/log/cursor.ts';
import { dropOldest } from '../../src/feed/sequence/retention.ts';
import { Changes } from '../live/documents.ts';
import { openEventStream } from '../support/eventStream.ts';
import type { Organization } from '../support/faults/place.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage, type Stage } from '../support/faults/stage.ts';
import { openSocket } from '../support/rawSocket.ts';

const ROUNDS = scaled(5, 60);
const PARTITION = 100_000;

type Code = 'CURSOR_EXPIRED' | 'INVALID_CURSOR';

/** The error over each transport, and by the client. */
async function expectRefused(stage: Stage, url: string, after: string, code: Code): Promise<void> {
  const { token, organizations } = stage.place;
  const [{ globalId: organizationId }] = organizations as [Organization];
  const body = { query: print(Changes), variables: { organizationId, after } };
  const refusal = { errors: [{ extensions: { code, oldestCursor: expect.any(String) } }] };

  const socket = await openSocket(url, { authorization: `Bearer ${token}` });
  const messages = await socket.operation(body);
  expect(messages).toMatchObject([{ type: 'next', payload: refusal }, { type: 'complete' }]);
  await socket.close();

  const stream = await openEventStream(url, token, body);
  expect(await stream.rest()).toMatchObject([{ event: 'next', data: refusal }, { event: 'complete' }]);

  for (const transport of ['websocket', 'sse'] as const) {
    const client = createClient({ url: `${url}/graphql`, token, transport });
    const events = client.subscribe({ query: Changes, variables: { organizationId }, after });
    const error = await events.next().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CursorExpiredError);
    expect(error).toMatchObject({ code, oldestCursor: expect.any(String) });
  }
}

it('malformed cursors and those of another epoch end only their own subscriptions', {
  timeout: TIMEOUT,
}, async ({ task }) => {
  await using stage = await openStage();
  const [organization] = stage.place.organizations as [Organization];
  const { url } = await stage.serve();
  const listeners = await stage.listen(url);
  const writing = stage.write({ changes: Number.POSITIVE_INFINITY, writers: 4, pauseMs: 20 });
  const { epoch = '', position = 0 } = decodeCursor(await stage.feedCursor(url, organization)) ?? {};
  const otherEpoch = [...epoch].reverse().join('');

  for (let round = 0; round < ROUNDS; round += 1) {
    await expectRefused(stage, url, 'garbage', 'INVALID_CURSOR');
    await expectRefused(stage, url, encodeCursor({ epoch: otherEpoch, position }), 'CURSOR_EXPIRED');
    // A position in this epoch that was never issued.
    await expectRefused(stage, url, encodeCursor({ epoch, position: 2 ** 40 }), 'INVALID_CURSOR');
  }
  writing.stop();
  await writing.done;
  const verdict = await stage.settle();
  conclude({ task }, verdict, `${3 * ROUNDS * 4} refusals`);
  expect(listeners.map((each) => each.reconnects())).toEqual(listeners.map(() => 0));
});

it('cursors from before the oldest stored change expire', { timeout: TIMEOUT }, async () => {
  await using stage = await openStage({ organizations: 1 });
  const { place } = stage;
  const [organization] = place.organizations as [Organization];
  const { url } = await stage.serve();
  await stage.drained();
  const old = await stage.feedCursor(url, organization);

  // As if a full partition had been written since.
  await place.pool.query('SELECT ensure_change_log_partitions($1)', [2 * PARTITION]);
  await place.pool.query('UPDATE feed_head SET position = $1', [PARTITION]);
  await place.raise(organization.hot);
  await stage.drained();
  const listeners = await stage.listen(url);
  const client = new pg.Client({ connectionString: place.databaseUrl });
  await client.connect();
  expect(await dropOldest(client, { days: 0, rows: 1 })).toBe('change_log_0000000000');
  await client.end();

  await expectRefused(stage, url, old, 'CURSOR_EXPIRED');
  for (let raise = 0; raise < 20; raise += 1) await place.raise(organization.hot);
  await stage.drained();
  const { rows } = await place.pool.query('SELECT position::int FROM change_log ORDER BY position');
  const stored: number[] = rows.map(({ position }) => position);
  for (const { from, log, received } of listeners) {
    await received(stored.at(-1) ?? 0);
    expect(log.map(({ position }) => position)).toEqual(stored.filter((position) => position > from));
  }
});
