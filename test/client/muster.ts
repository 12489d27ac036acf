/** Shared by the client's tests: the transports, a document, and changes to receive. */
import WebSocket from 'ws';
import { type ClientOptions, createClient, type MusterClient } from '../../src/client/index.ts';
import { Changes } from '../live/documents.ts';
import type { Psql } from '../support/psql.ts';
import { uuidOf } from '../support/psql.ts';

/** Each transport, and WebSocket with the classes of Node.js and of `ws`. */
export const WAYS: { way: string; options: Partial<ClientOptions> }[] = [
  { way: 'the global WebSocket', options: {} },
  { way: 'the WebSocket of ws', options: { webSocket: WebSocket } },
  { way: 'Server-Sent Events', options: { transport: 'sse' } },
];

/** A client with short pauses. @param server the server's URL without a path. */
export function connect(server: string, token: string, options: Partial<ClientOptions> = {}): MusterClient {
  return createClient({
    url: `${server}/graphql`,
    token,
    backoff: { initialMs: 5, maxMs: 50 },
    ...options,
  });
}

/** The tests' subscription: changes of sessions. */
export const sessionUpdates = (organizationId: string) => ({
  query: Changes,
  variables: { organizationId, types: ['SESSION_UPDATED' as const] },
});

/** Renames a session to these names, one transaction each. */
export async function rename(psql: Psql, sessionId: string, names: Iterable<string>): Promise<void> {
  for (const name of names) {
    await psql('UPDATE session SET display_name = $2 WHERE id = $1', [uuidOf(sessionId), name]);
  }
}

/** The name in an update's event. */
export function nameIn({ data }: { data: { changes: { payload: unknown } } }): string {
  return (data.changes.payload as { row: { displayName: string } }).row.displayName;
}

export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

/** Takes this many names and leaves the iteration open. */
export async function nextNames(
  events: AsyncIterator<Parameters<typeof nameIn>[0], undefined>,
  count: number,
): Promise<string[]> {
  const names: string[] = [];
  while (names.length < count) {
    const { done, value } = await events.next();
    if (done) throw new Error(`The subscription ended after ${names.join(', ')}.`);
    names.push(nameIn(value));
  }
  return names;
}

/** Records the calls of `onStatus`. */
export function statusLog<Status extends { state: string }>() {
  const seen: Status[] = [];
  let wake = () => {};
  return {
    seen,
    onStatus(status: Status): void {
      seen.push(status);
      wake();
    },
    /** Waits until a state was entered this many times. */
    async until(state: Status['state'], times = 1): Promise<void> {
      while (seen.filter((status) => status.state === state).length < times) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
