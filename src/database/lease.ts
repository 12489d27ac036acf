/** A connection in the hands of an operation. */
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { isTooLarge, type Operation } from '../load/operation.ts';

/** Cancels the statement that a backend runs. @param processId as `pg_backend_pid()` returns it. */
export type Cancel = (processId: number) => Promise<unknown>;

/** What node-postgres has and its types lack. */
type Internals = { connection: { stream: Duplex }; processID: number };

/** Ends a transaction, so that the connection can be used again. */
const ENDING = /^(COMMIT|ROLLBACK)$/;

/**
 * Until the connection is given back, what it receives counts for the operation. When the operation ends early, its
 * statement is cancelled, and no further statement is sent but the end of its transaction.
 */
export function lease(client: pg.PoolClient, operation: Operation, cancel: Cancel): pg.PoolClient {
  const { connection, processID } = client as pg.PoolClient & Internals;
  const { query, release } = client;
  const { signal } = operation;
  let cancelled: Promise<unknown> | undefined;

  const count = (chunk: Buffer) => operation.countRead(chunk.length);

  function end(): void {
    // A row may be larger than memory: the rest of it must not be received.
    if (isTooLarge(signal.reason)) connection.stream.destroy();
    cancelled = cancel(processID).catch(() => {});
  }

  connection.stream.on('data', count);
  signal.addEventListener('abort', end, { once: true });

  // Only the form that returns a promise, which transactions use. A pool sends the other form, right after it connected.
  client.query = ((...args: [pg.QueryConfig, ...unknown[]]) => {
    const send = () => Reflect.apply(query, client, args);
    if (!signal.aborted || typeof args.at(-1) === 'function') return send();
    if (!ENDING.test(args[0].text)) return Promise.reject(signal.reason);
    // The cancellation must not reach the statement that ends the transaction.
    return Promise.resolve(cancelled).then(send);
  }) as typeof query;

  client.release = (error) => {
    delete (client as Partial<pg.PoolClient>).query;
    connection.stream.off('data', count);
    signal.removeEventListener('abort', end);
    // Nor the next user of the connection.
    if (cancelled) void cancelled.then(() => release(error));
    else release(error);
  };
  return client;
}
