/** Clients of several kinds, each with a log of the events that it received. */
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import WebSocket from 'ws';
import { createClient } from '../../../src/client/index.ts';
import { decodeCursor } from '../../../src/feed/log/cursor.ts';
import { Changes } from '../../live/documents.ts';
import { openEventStream } from '../eventStream.ts';
import type { Organization } from './place.ts';

export type ReceivedEvent = { position: number; entityId: string; type: string; count: number; at: number };

export type Listener = {
  name: string;
  /** UUID. */
  organizationId: string;
  /** The client must receive every change after this position. */
  from: number;
  log: ReceivedEvent[];
  /** Resolves when an event at or after the position was received. Heartbeats do not count. */
  received(position: number): Promise<void>;
  /** How often it reconnected. */
  reconnects(): number;
  stop(): Promise<void>;
};

export type ClientKind = 'muster ws' | 'muster sse' | 'raw ws' | 'raw sse';
export const ALL_KINDS: ClientKind[] = ['muster ws', 'muster sse', 'raw ws', 'raw sse'];

type Source = { url: string; token: string; organization: Organization; after: string };
/** Follows the feed over any number of connections, and passes on each event. */
type Follow = (source: Source, hooks: Hooks) => Promise<void>;
type Hooks = { signal: AbortSignal; onEvent(data: ChangeEvent): void; onReconnect(): void };
type ChangeEvent = { changes: { cursor: string; type: string; entityId: string; payload: unknown } };

const RETRY_MS = 20;
const MAX_RETRY_MS = 500;
const QUERY = print(Changes);

const FOLLOW: Record<ClientKind, Follow> = {
  'muster ws': (source, hooks) => followByClient('websocket', source, hooks),
  'muster sse': (source, hooks) => followByClient('sse', source, hooks),
  'raw ws': (source, hooks) => followRaw(socketEvents, source, hooks),
  'raw sse': (source, hooks) => followRaw(streamEvents, source, hooks),
};

/** @param source.url the URL of a server or of a proxy before it. */
export function startListener(kind: ClientKind, source: Source): Listener {
  const stopping = new AbortController();
  const log: ReceivedEvent[] = [];
  const waiting: { position: number; resolve: () => void }[] = [];
  let reconnects = 0;

  const following = FOLLOW[kind](source, {
    signal: stopping.signal,
    onEvent(data) {
      const received = readEvent(data);
      log.push(received);
      for (const each of waiting) if (received.position >= each.position) each.resolve();
    },
    onReconnect() {
      reconnects += 1;
    },
  });
  // `received` and `stop` report the failure.
  following.catch(() => {});

  return {
    name: kind,
    organizationId: source.organization.id,
    from: positionOf(source.after),
    log,
    async received(position) {
      if (log.some((each) => each.position >= position)) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ position, resolve });
      await Promise.race([promise, following.then(() => Promise.reject(new Error(`${kind} has ended`)))]);
    },
    reconnects: () => reconnects,
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

export function positionOf(cursor: string): number {
  const position = decodeCursor(cursor)?.position;
  if (position === undefined) throw new Error(`${cursor} is not a cursor.`);
  return position;
}

export function readEvent({ changes }: ChangeEvent): ReceivedEvent {
  const { branch } = (changes.payload as { row: { branch?: string } }).row;
  const { cursor, entityId, type } = changes;
  return { position: positionOf(cursor), entityId, type, count: Number(branch ?? 0), at: performance.now() };
}

async function followByClient(
  transport: 'websocket' | 'sse',
  { url, token, organization, after }: Source,
  { signal, onEvent, onReconnect }: Hooks,
): Promise<void> {
  const client = createClient({
    url: `${url}/graphql`,
    token,
    transport,
    backoff: { initialMs: RETRY_MS, maxMs: MAX_RETRY_MS },
  });
  const events = client.subscribe({
    query: Changes,
    variables: { organizationId: organization.globalId },
    after,
    signal,
    onStatus({ state }) {
      if (state === 'waiting') onReconnect();
    },
  });
  for await (const { data } of events) onEvent(data);
}

/** A message of one connection: an event, or a heartbeat's cursor. */
type Frame = { event: ChangeEvent } | { cursor: string };
type Connect = (source: Source, signal: AbortSignal) => AsyncGenerator<Frame, void>;

/** A client that implements only the documented protocol: it resumes after its newest cursor. */
async function followRaw(connect: Connect, source: Source, hooks: Hooks): Promise<void> {
  let after = source.after;
  let retryMs = RETRY_MS;
  const advance = (cursor: string) => {
    // A heartbeat's cursor may be before the last event.
    if (positionOf(cursor) > positionOf(after)) after = cursor;
  };
  while (!hooks.signal.aborted) {
    try {
      for await (const frame of connect({ ...source, after }, hooks.signal)) {
        retryMs = RETRY_MS;
        advance('event' in frame ? frame.event.changes.cursor : frame.cursor);
        if ('event' in frame) hooks.onEvent(frame.event);
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
    }
    if (hooks.signal.aborted) return;
    hooks.onReconnect();
    await sleep(Math.random() * retryMs);
    retryMs = Math.min(MAX_RETRY_MS, 2 * retryMs);
  }
}

/** An error that a retry would not resolve. */
class Refusal extends Error {}

type Result = { data?: ChangeEvent | null; errors?: readonly { message: string; extensions?: object }[] };

function eventIn({ data, errors }: Result): ChangeEvent {
  if (data && !errors) return data;
  const code = (errors?.[0]?.extensions as { code?: string })?.code;
  if (code === 'LAGGED' || code === 'INTERNAL_ERROR') throw new Error(code);
  throw new Refusal(JSON.stringify(errors));
}

type Message =
  | { type: 'connection_ack' | 'pong' | 'complete' | 'error' }
  | { type: 'ping'; payload?: { cursor: string; subscriptions: string[] } }
  | { type: 'next'; payload: Result };

async function* socketEvents(source: Source, signal: AbortSignal): AsyncGenerator<Frame, void> {
  const { url, token, organization, after } = source;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message: object) => socket.send(JSON.stringify(message));
  const messages: Message[] = [];
  let isOver = false;
  let wake = () => {};
  const end = () => {
    isOver = true;
    wake();
  };
  const stop = () => socket.terminate();
  signal.addEventListener('abort', stop);
  socket
    .on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }))
    .on('error', end)
    .on('close', end)
    .on('message', (data) => {
      messages.push(JSON.parse(String(data)) as Message);
      wake();
    });
  try {
    for (;;) {
      const message = messages.shift();
      if (!message && isOver) return;
      if (!message) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (message.type === 'connection_ack') {
        const variables = { organizationId: organization.globalId, after };
        send({ id: 'x', type: 'subscribe', payload: { query: QUERY, variables } });
      } else if (message.type === 'ping') {
        if (!isOver) send({ type: 'pong' });
        if (message.payload?.subscriptions.includes('x')) yield { cursor: message.payload.cursor };
      } else if (message.type === 'next') {
        yield { event: eventIn(message.payload) };
      } else if (message.type !== 'pong') {
        return;
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    socket.terminate();
  }
}

async function* streamEvents(source: Source, signal: AbortSignal): AsyncGenerator<Frame, void> {
  const { url, token, organization, after } = source;
  const body = { query: QUERY, variables: { organizationId: organization.globalId } };
  const stream = await openEventStream(url, token, body, { 'last-event-id': after });
  const stop = () => stream.stop();
  signal.addEventListener('abort', stop);
  try {
    for (let block = await stream.next(); block; block = await stream.next()) {
      if (block.event === 'complete') return;
      if (block.data) yield { event: eventIn(block.data as Result) };
      else if (block.id) yield { cursor: block.id };
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
