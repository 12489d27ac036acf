/** One client stops reading, another reads a kilobyte a second. Both are closed as lagged, and miss nothing. */
import { print } from 'graphql';
import { expect, it } from 'vitest';
import { Changes } from '../live/documents.ts';
import { positionOf, type ReceivedEvent, readEvent, startListener } from '../support/faults/listener.ts';
import type { Organization } from '../support/faults/place.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage, type Stage } from '../support/faults/stage.ts';
import { startThrottle } from '../support/faults/throttle.ts';
import { until } from '../support/feed.ts';
import { readFigures } from '../support/metrics.ts';
import { openSocket, type RawSocket } from '../support/rawSocket.ts';

/** Kernel buffers hold megabytes, so that much must be sent before a client counts as slow. */
const SUBSCRIPTIONS = 40;
const CHANGES = scaled(1_200, 6_000);
const BYTES_PER_SECOND = 1024;
/** The server may buffer 256 KB per connection and one event per subscription beyond. */
const MAX_QUEUED_BYTES = 2 * (256 * 1024 + SUBSCRIPTIONS * 2_000);
const MAX_RSS_BYTES = 500 * 1024 * 1024;

it('clients that read slowly or not at all are closed as lagged and miss nothing', {
  timeout: TIMEOUT,
}, async ({ task }) => {
  await using stage = await openStage({ organizations: 1 });
  const organization = stage.place.organizations[0] as Organization;
  const { url } = await stage.serve();
  const fast = await stage.listen(url);
  const after = await stage.feedCursor(url, organization);
  await using throttle = await startThrottle(url, BYTES_PER_SECOND);
  const still = await openSlow(stage, url, organization, after);
  const slow = await openSlow(stage, throttle.url, organization, after);

  still.pause();
  let [mostQueued, mostResident, lagged] = [0, 0, 0];
  const sample = async () => {
    const figure = await readFigures(url);
    mostQueued = Math.max(mostQueued, figure('muster_live_queued_bytes'));
    mostResident = Math.max(mostResident, figure('process_resident_memory_bytes'));
    lagged = figure('muster_live_ended_total{reason="lagged"}');
  };
  const writing = stage.write({ changes: CHANGES, pauseMs: 20 });
  const sentAway = until(async () => {
    await sample();
    return lagged === 2;
  });
  await Promise.all([writing.done, sentAway]);
  expect(mostQueued).toBeGreaterThan(0);
  expect(mostQueued).toBeLessThan(MAX_QUEUED_BYTES);
  expect(mostResident).toBeLessThan(MAX_RSS_BYTES);
  expect(fast.map((each) => each.reconnects())).toEqual(fast.map(() => 0));

  // Once they read again, they see that they were closed, and resume.
  still.resume();
  throttle.release();
  for (const socket of [still, slow]) {
    const log = await readRest(socket);
    expect(await socket.closed).toEqual({ code: 1013, reason: 'lagged' });
    const resumed = startListener('raw ws', {
      url,
      token: stage.place.token,
      organization,
      after: log.at(-1)?.cursor ?? after,
    });
    stage.add({
      ...resumed,
      from: positionOf(after),
      get log() {
        return [...log, ...resumed.log];
      },
    });
  }
  const verdict = await stage.settle();
  const megabytes = Math.round(mostResident / 1024 / 1024);
  conclude(
    { task },
    verdict,
    `at most ${Math.round(mostQueued / 1024)} KB queued for both, the server takes up to ${megabytes} MB`,
  );
});

async function openSlow(
  stage: Stage,
  url: string,
  organization: Organization,
  after: string,
): Promise<RawSocket> {
  const socket = await openSocket(url, { authorization: `Bearer ${stage.place.token}` });
  const payload = { query: print(Changes), variables: { organizationId: organization.globalId, after } };
  for (let id = 1; id <= SUBSCRIPTIONS; id += 1) socket.send({ id: String(id), type: 'subscribe', payload });
  return socket;
}

/** The events of the socket's first subscription. */
async function readRest(socket: RawSocket): Promise<(ReceivedEvent & { cursor: string })[]> {
  const log: (ReceivedEvent & { cursor: string })[] = [];
  const isEvent = ({ id, type }: { id?: string; type: string }) => id === '1' && type === 'next';
  for (let message = await socket.next(isEvent); message; message = await socket.next(isEvent)) {
    const { data } = message.payload as { data: Parameters<typeof readEvent>[0] };
    log.push({ ...readEvent(data), cursor: data.changes.cursor });
  }
  return log;
}
