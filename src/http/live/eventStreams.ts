/**
 * Subscriptions over Server-Sent Events: the distinct connections mode of the GraphQL-over-SSE protocol. Each event has
 * its cursor as its id; a block with only an id is a heartbeat.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Viewer } from '../../auth/viewer.ts';
import type { Context, SubscriptionTransport } from '../../context.ts';
import { goesOn } from '../answers.ts';
import type { LiveConnections } from './connections.ts';
import { bodyOf, type EventStream, SUBSCRIPTION_ID, transportOf } from './eventStream.ts';

/** The part of yoga's context that Node.js' HTTP server provides. */
export type NodeContext = { req: IncomingMessage; res: ServerResponse };

export type EventStreams = {
  plugin: Plugin<Context>;
  /** For the subscription of a request, should its operation be one. */
  transportFor(request: Request, node: NodeContext, viewer: Viewer): SubscriptionTransport;
};

const ACCEPTS_EVENTS = /text\/(event-stream|\*)|\*\/\*/;
const EVENT_STREAM = 'text/event-stream';
const HEADERS = {
  'content-type': EVENT_STREAM,
  'cache-control': 'no-store',
  // nginx buffers a response unless it says this.
  'x-accel-buffering': 'no',
};

export function createEventStreams(connections: LiveConnections): EventStreams {
  const streams = new WeakMap<Request, EventStream>();

  function open(request: Request, { req, res }: NodeContext, viewer: Viewer): EventStream {
    const { lingerMs } = connections.limits;
    const stream: EventStream = { response: res, lingerMs, live: undefined as never };
    stream.live = connections.open(transportOf(stream, req), viewer);
    goesOn(res);
    res.once('close', stream.live.dispose);
    // A response that is closed already emits no `close`.
    if (res.closed) stream.live.dispose();
    streams.set(request, stream);
    return stream;
  }

  return {
    transportFor: (request, node, viewer) => ({
      resumeAfter: request.headers.get('last-event-id') || undefined,
      reserve(cost) {
        if (!ACCEPTS_EVENTS.test(request.headers.get('accept') ?? '*/*')) throw notAcceptable();
        const stream = open(request, node, viewer);
        stream.live.operations.prepare(SUBSCRIPTION_ID);
        const slot = stream.live.reserve(SUBSCRIPTION_ID, viewer, cost);
        return {
          ...slot,
          async ready(change) {
            await slot.ready(change);
            stream.cursor = change.cursor;
          },
        };
      },
    }),

    plugin: {
      onResultProcess({ request, result, setResultProcessor }) {
        const stream = streams.get(request);
        if (!stream) return;
        if (Symbol.asyncIterator in result) {
          const results = result[Symbol.asyncIterator]() as AsyncIterator<ExecutionResult>;
          setResultProcessor(
            (_result, { Response }) => new Response(bodyOf(stream, results), { headers: HEADERS }),
            EVENT_STREAM,
          );
        } else {
          // The subscription was refused.
          stream.live.dispose();
        }
      },
    },
  };
}

function notAcceptable(): GraphQLError {
  return new GraphQLError('A subscription needs a WebSocket, or a request that accepts text/event-stream.', {
    extensions: { code: 'NOT_ACCEPTABLE', http: { status: 406 } },
  });
}
