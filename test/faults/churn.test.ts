/** Subscriptions and sockets open and close while events are in flight. No resource leaks. */
import { print } from 'graphql';
import { it } from 'vitest';
import WebSocket from 'ws';
import { Changes } from '../live/documents.ts';
import { openEventStream } from '../support/eventStream.ts';
import type { Organization } from '../support/faults/place.ts';
import { conclude } from '../support/faults/report.ts';
import { scaled, TIMEOUT } from '../support/faults/scale.ts';
import { openStage } from '../support/faults/stage.ts';
import { until } from '../support/feed.ts';
import { readFigures } from '../support/metrics.ts';
import { openSocket } from '../support/rawSocket.ts';

const ROUNDS = scaled(40, 1_000);
const AT_ONCE = 8;
const SUBSCRIPTIONS = 5;

/** The metrics that must return to their values: streams, subscriptions, connections, timers, sockets. */
const COUNTED = [
  'muster_live_connections',
  'muster_live_subscriptions',
  'muster_feed_streams',
  'muster_feed_organizations',
  'nodejs_active_resources{type="Timeout"}',
  'nodejs_active_resources{type="TCPSocketWrap"}',
];

it('subscriptions that open and close leak nothing and disturb no other subscription', {
  timeout: TIMEOUT,
}, async ({ task }) => {
  // No subscription stays open for long in the first organization, unlike the second.
  await using stage = await openStage();
  const { token, organizations } = stage.place;
  const [churned] = organizations as [Organization];
  const { url } = await stage.serve();
  const listeners = await stage.listen(url);
  const writing = stage.write({ changes: Number.POSITIVE_INFINITY, writers: 4, pauseMs: 25 });
  await writing.reached(100);
  const body = { query: print(Changes), variables: { organizationId: churned.globalId } };

  async function bySocket(round: number): Promise<void> {
    const socket = await openSocket(url, { authorization: `Bearer ${token}` });
    for (let id = 1; id <= SUBSCRIPTIONS; id += 1) {
      socket.send({ id: String(id), type: 'subscribe', payload: body });
    }
    // Some close at once, some with events in flight, some without a closing handshake.
    if (round % 3 > 0) await socket.next(({ type }) => type === 'next');
    for (let id = 1; id < SUBSCRIPTIONS; id += 1) socket.send({ id: String(id), type: 'complete' });
    if (round % 3 > 1) await socket.next(({ type, id }) => type === 'next' && id === String(SUBSCRIPTIONS));
    await socket.close();
  }

  async function byStream(round: number): Promise<void> {
    const stream = await openEventStream(url, token, body);
    if (round % 2 > 0) await stream.result();
    stream.stop();
  }

  /** Closes in the middle of its handshake. */
  async function byAccident(): Promise<void> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    const payload = { authorization: `Bearer ${token}` };
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: body }));
    socket.terminate();
  }

  const read = async () => {
    const figure = await readFigures(url);
    return COUNTED.map(figure);
  };
  const ways = [bySocket, byStream, byAccident];
  const churn = async (rounds: number) => {
    let round = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (round < rounds) {
          round += 1;
          await ways[round % ways.length]?.(round);
        }
      }),
    );
  };

  // A first round fills the pools and agents that keep connections.
  await churn(AT_ONCE * ways.length);
  const own = listeners.length;
  const isOnlyOurs = async () => {
    const figure = await readFigures(url);
    return figure('muster_live_connections') === own && figure('muster_feed_streams') === own;
  };
  await until(isOnlyOurs);
  const before = await read();
  await churn(ROUNDS);
  await until(isOnlyOurs);
  // Timers and idle connections vary, so each metric must return to its value or below at some moment.
  await until(async () => (await read()).every((value, index) => value <= (before[index] ?? 0)));

  writing.stop();
  await writing.done;
  const verdict = await stage.settle();
  conclude({ task }, verdict, `${ROUNDS} rounds`);
});
