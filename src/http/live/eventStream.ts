/** The body of one event stream: blocks of the GraphQL-over-SSE protocol, written as the client reads them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { SharedResults } from '../../context.ts';
import type { LiveConnection } from './connection.ts';
import type { Ending, Transport } from './transport.ts';

export type EventStream = {
  live: LiveConnection;
  /** See ConnectionLimits. */
  lingerMs: number;
  /** The cursor of the event that is being delivered. */
  cursor?: string;
  /** Absent before the body is read, and after its end. */
  controller?: ReadableStreamDefaultController<Uint8Array>;
  response: ServerResponse;
};

/** Every event stream is a connection with one subscription, so the id need not be unique. */
export const SUBSCRIPTION_ID = 'sse';
const COMMENT = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';
/** The error that ends a stream. Without one, the client comes back with its cursor. */
const FINAL_ERROR: Record<Ending, { code: string; message: string } | undefined> = {
  FORBIDDEN: { code: 'FORBIDDEN', message: 'The token, or its membership, is no longer good.' },
  LAGGED: { code: 'LAGGED', message: 'Events come faster than you read. Go on from your last cursor.' },
  RIGHTS_CHANGED: undefined,
  OVERLOADED: undefined,
  RESTART: undefined,
};

/** Asks for the next result once the last was taken: changes that a client does not read stay in the log. */
export function bodyOf(
  stream: EventStream,
  results: AsyncIterator<ExecutionResult>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      stream.controller = controller;
      // Some clients wait for the first bytes of the body before they report the response.
      write(stream, COMMENT);
      stream.live.operations.prepared(SUBSCRIPTION_ID);
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
        stream.live.written(SUBSCRIPTION_ID);
      }
    },
    async cancel() {
      stream.controller = undefined;
      stream.live.dispose();
      await results.return?.();
    },
  });
}

export function transportOf(stream: EventStream, { socket }: IncomingMessage): Transport {
  return {
    socket,
    // The body's own queue takes what the socket does not, without a limit.
    isWritable: () => (stream.controller?.desiredSize ?? 0) > 0,
    write: (_id, results) => stream.controller?.enqueue(blocksOf(results)),
    beat: (heartbeat) => write(stream, heartbeat ? `id: ${heartbeat.cursor}\n\n` : COMMENT),
    end(why) {
      const error = FINAL_ERROR[why];
      if (error) write(stream, `${block({ errors: [asGraphQLError(error)] })}${COMPLETE}`);
      finish(stream);
    },
  };
}

function block({ errors, ...result }: ExecutionResult, cursor?: string): string {
  return `${startOf(cursor)}${JSON.stringify({ ...result, ...(errors && { errors }) })}${END}`;
}

const END = '\n\n';

function startOf(cursor?: string): string {
  return `event: next\n${cursor ? `id: ${cursor}\n` : ''}data: `;
}

/** Of all streams that receive the results. They go with the results. */
const blocksBy = new WeakMap<SharedResults, Buffer>();

function blocksOf(results: SharedResults): Buffer {
  let blocks = blocksBy.get(results);
  if (!blocks) {
    const parts = results.all.flatMap(({ change, body }) => [
      Buffer.from(startOf(change.cursor)),
      body,
      Buffer.from(END),
    ]);
    blocks = Buffer.concat(parts);
    blocksBy.set(results, blocks);
  }
  return blocks;
}

function write({ controller }: EventStream, text: string): void {
  controller?.enqueue(Buffer.from(text));
}

/** Writes no more. The response ends when the client has read what there is, or when it takes too long to. */
function finish(stream: EventStream): void {
  const { controller, live, response, lingerMs } = stream;
  controller?.close();
  stream.controller = undefined;
  live.dispose();
  const timer = setTimeout(() => response.destroy(), lingerMs);
  response.once('close', () => clearTimeout(timer));
}

function asGraphQLError({ code, message }: { code: string; message: string }): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
