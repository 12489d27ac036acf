/** What the tests of the client have in common: the ways to the server, a document, and news to hear of. */
import WebSocket from 'ws';
import { type ClientOptions, createClient, type MusterClient } from '../../src/client/index.ts';
import { Changes } from '../live/documents.ts';
import type { Psql } from '../support/psql.ts';
import { uuidOf } from '../support/psql.ts';

/** Each way to the server, with the WebSocket of Node.js and with that of `ws`. */
export const WAYS: { way: string; options: Partial<ClientOptions> }[] = [
  { way: 'the global WebSocket', options: {} },
  { way: 'the WebSocket of ws', options: { webSocket: WebSocket } },
  { way: 'Server-Sent Events', options: { transport: 'sse' } },
];

/** A client that does not wait long. `server` is a server's URL without a path. */
export function connect(server: string, token: string, options: Partial<ClientOptions> = {}): MusterClient {
  return createClient({
    url: `${server}/graphql`,
    token,
    backoff: { initialMs: 5, maxMs: 50 },
    ...options,
  });
}

/** What the tests listen to: sessions as they change. */
export const sessionUpdates = (organizationId: string) => ({
  query: Changes,
  variables: { organizationId, types: ['SESSION_UPDATED' as const] },
});

/** Gives a session these names, one after another, each in a transaction of its own. */
export async function rename(psql: Psql, sessionId: string, names: Iterable<string>): Promise<void> {
  for (const name of names) {
    await psql('UPDATE session SET display_name = $2 WHERE id = $1', [uuidOf(sessionId), name]);
  }
}

/** The name that an update gave. */
export function nameIn({ data }: { data: { changes: { payload: unknown } } }): string {
  return (data.changes.payload as { row: { displayName: string } }).row.displayName;
}

export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

/** The next so many names; the iteration is left as it is, to be gone on with. */
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

/** For `onStatus`: remembers, and can be waited for. */
export function statusLog<Status extends { state: string }>() {
  const seen: Status[] = [];
  let wake = () => {};
  return {
    seen,
    onStatus(status: Status): void {
      seen.push(status);
      wake();
    },
    /** Waits until a state was entered so many times. */
    async until(state: Status['state'], times = 1): Promise<void> {
      while (seen.filter((status) => status.state === state).length < times) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
