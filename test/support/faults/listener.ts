/** Those who listen, of several makes, and the log of what each has heard. */
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import WebSocket from 'ws';
import { createClient } from '../../../src/client/index.ts';
import { decodeCursor } from '../../../src/feed/log/cursor.ts';
import { Changes } from '../../live/documents.ts';
import { openEventStream } from '../eventStream.ts';
import type { Organization } from './place.ts';

export type Heard = { position: number; entityId: string; type: string; count: number; at: number };

export type Listener = {
  name: string;
  /** UUID. */
  organizationId: string;
  /** Everything after this position is to be heard. */
  from: number;
  log: Heard[];
  /** Fulfilled when a position has been heard of; the change itself, not a heartbeat. */
  heard(position: number): Promise<void>;
  /** How often it had to connect again. */
  reconnects(): number;
  stop(): Promise<void>;
};

export type Make = 'muster ws' | 'muster sse' | 'raw ws' | 'raw sse';
export const ALL_MAKES: Make[] = ['muster ws', 'muster sse', 'raw ws', 'raw sse'];

type Source = { url: string; token: string; organization: Organization; after: string };
/** Follows the feed for ever, over however many connections, and hands over each event. */
type Follow = (source: Source, hooks: Hooks) => Promise<void>;
type Hooks = { signal: AbortSignal; onEvent(data: ChangeEvent): void; onReconnect(): void };
type ChangeEvent = { changes: { cursor: string; type: string; entityId: string; payload: unknown } };

const RETRY_MS = 20;
const MAX_RETRY_MS = 500;
const QUERY = print(Changes);

const FOLLOW: Record<Make, Follow> = {
  'muster ws': (source, hooks) => followByClient('websocket', source, hooks),
  'muster sse': (source, hooks) => followByClient('sse', source, hooks),
  'raw ws': (source, hooks) => followRaw(socketEvents, source, hooks),
  'raw sse': (source, hooks) => followRaw(streamEvents, source, hooks),
};

/** @param source.url of the server, or of a network before it. */
export function startListener(make: Make, source: Source): Listener {
  const stopping = new AbortController();
  const log: Heard[] = [];
  const waiting: { position: number; resolve: () => void }[] = [];
  let reconnects = 0;

  const following = FOLLOW[make](source, {
    signal: stopping.signal,
    onEvent(data) {
      const heard = readEvent(data);
      log.push(heard);
      for (const each of waiting) if (heard.position >= each.position) each.resolve();
    },
    onReconnect() {
      reconnects += 1;
    },
  });
  // Whoever waits for it hears of a failure.
  following.catch(() => {});

  return {
    name: make,
    organizationId: source.organization.id,
    from: positionOf(source.after),
    log,
    async heard(position) {
      if (log.some((each) => each.position >= position)) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ position, resolve });
      await Promise.race([promise, following.then(() => Promise.reject(new Error(`${make} has ended`)))]);
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
  if (position === undefined) throw new Error(`${cursor} is no cursor.`);
  return position;
}

export function readEvent({ changes }: ChangeEvent): Heard {
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

/** What comes over one connection: an event, or a heartbeat that says how far all events have come. */
type Frame = { event: ChangeEvent } | { cursor: string };
type Connect = (source: Source, signal: AbortSignal) => AsyncGenerator<Frame, void>;

/** As a client does that knows nothing but the documented protocol: it resumes after the newest cursor that it has. */
async function followRaw(connect: Connect, source: Source, hooks: Hooks): Promise<void> {
  let after = source.after;
  let retryMs = RETRY_MS;
  const advance = (cursor: string) => {
    // A heartbeat may be behind the event that came before it.
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

/** What no new attempt would change. */
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
  const received: Message[] = [];
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
      received.push(JSON.parse(String(data)) as Message);
      wake();
    });
  try {
    for (;;) {
      const message = received.shift();
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
