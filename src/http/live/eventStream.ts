/**
 * Subscriptions over Server-Sent Events: the distinct connections mode of the GraphQL-over-SSE protocol, where each
 * event has its cursor as its id and a block with only an id is a heartbeat.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Viewer } from '../../auth/viewer.ts';
import type { Carrier, Context } from '../../context.ts';
import type { Ending, Heartbeat, LiveConnection, Transport } from './connection.ts';
import type { LiveConnections } from './connections.ts';

/** What Node's request looks like to yoga. */
export type NodeContext = { req: IncomingMessage; res: ServerResponse };

export type EventStreams = {
  plugin: Plugin<Context>;
  /** For the subscription that a request asks for, if it does. */
  carrierFor(request: Request, node: NodeContext, viewer: Viewer): Carrier;
};

type OpenStream = {
  live: LiveConnection;
  /** See LiveLimits. */
  lingerMs: number;
  /** Of the event that is on its way. */
  cursor?: string;
  controller?: ReadableStreamDefaultController<Uint8Array>;
  response: ServerResponse;
};

const ACCEPTS_EVENTS = /text\/(event-stream|\*)|\*\/\*/;
const EVENT_STREAM = 'text/event-stream';
/** Subscriptions of other requests are other connections, so any name does. */
const ONLY = 'sse';
const COMMENT = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';
/** What a client is told at the end; without a word, it is to come back with its cursor. */
const LAST_WORD: Record<Ending, { code: string; message: string } | undefined> = {
  FORBIDDEN: { code: 'FORBIDDEN', message: 'The token, or its membership, is no longer good.' },
  LAGGED: { code: 'LAGGED', message: 'Events come faster than you read. Go on from your last cursor.' },
  RIGHTS_CHANGED: undefined,
  RESTART: undefined,
};

export function createEventStreams(connections: LiveConnections): EventStreams {
  const streams = new WeakMap<Request, OpenStream>();
  return {
    carrierFor(request, { req, res }, viewer) {
      return {
        resumeAfter: request.headers.get('last-event-id') || undefined,
        admit() {
          if (!ACCEPTS_EVENTS.test(request.headers.get('accept') ?? '*/*')) throw notAcceptable();
          const { lingerMs } = connections.limits;
          const stream: OpenStream = { response: res, lingerMs, live: undefined as never };
          stream.live = connections.open(transportOf(stream, req), viewer);
          res.once('close', stream.live.dispose);
          // Whoever was gone by now does not say so again.
          if (res.closed) stream.live.dispose();
          streams.set(request, stream);
          stream.live.begin(ONLY);
          const seat = stream.live.admit(ONLY, viewer);
          return {
            ...seat,
            async room(change) {
              await seat.room(change);
              stream.cursor = change.cursor;
            },
          };
        },
      };
    },

    plugin: {
      onResultProcess({ request, result, setResultProcessor }) {
        const stream = streams.get(request);
        if (!stream) return;
        if (Symbol.asyncIterator in result) {
          const results = result[Symbol.asyncIterator]() as AsyncIterator<ExecutionResult>;
          const headers = {
            'content-type': EVENT_STREAM,
            'cache-control': 'no-store',
            // For proxies that would rather collect.
            'x-accel-buffering': 'no',
          };
          setResultProcessor(
            (_result, { Response }) => new Response(eventStream(stream, results), { headers }),
            EVENT_STREAM,
          );
        } else {
          // Refused: nothing to keep open.
          stream.live.dispose();
        }
      },
    },
  };
}

/** Asks for the next result when the last was taken, so that what a client does not read stays where it is. */
function eventStream(
  stream: OpenStream,
  results: AsyncIterator<ExecutionResult>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      stream.controller = controller;
      // Some clients take a response for there only when something of its body is.
      write(stream, COMMENT);
      stream.live.begun(ONLY);
    },
    async pull() {
      const { done, value } = await results.next();
      if (!stream.controller) return;
      if (done) {
        write(stream, COMPLETE);
        finish(stream);
      } else {
        write(stream, block(value, stream.cursor));
        stream.cursor = undefined;
        stream.live.written(ONLY);
      }
    },
    async cancel() {
      stream.controller = undefined;
      stream.live.dispose();
      await results.return?.();
    },
  });
}

function transportOf(stream: OpenStream, { socket }: IncomingMessage): Transport {
  return {
    socket,
    beat: (heartbeat?: Heartbeat) => write(stream, heartbeat ? `id: ${heartbeat.cursor}\n\n` : COMMENT),
    end(why: Ending) {
      const word = LAST_WORD[why];
      if (word) write(stream, `${block({ errors: [errorOf(word)] })}${COMPLETE}`);
      finish(stream);
    },
  };
}

function block({ errors, ...result }: ExecutionResult, cursor?: string): string {
  const data = JSON.stringify({ ...result, ...(errors && { errors }) });
  return `event: next\n${cursor ? `id: ${cursor}\n` : ''}data: ${data}\n\n`;
}

function write({ controller }: OpenStream, text: string): void {
  controller?.enqueue(Buffer.from(text));
}

/** Nothing is written any more: the response ends when its reader has taken what there is, or takes too long to. */
function finish(stream: OpenStream): void {
  const { controller, live, response, lingerMs } = stream;
  controller?.close();
  stream.controller = undefined;
  live.dispose();
  const timer = setTimeout(() => response.destroy(), lingerMs);
  response.once('close', () => clearTimeout(timer));
}

function errorOf({ code, message }: { code: string; message: string }): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function notAcceptable(): GraphQLError {
  return new GraphQLError('A subscription needs a WebSocket, or a request that accepts text/event-stream.', {
    extensions: { code: 'NOT_ACCEPTABLE', http: { status: 406 } },
  });
}
