/** A load generator over HTTP: connections that each send one request after the other. */
import { Client } from 'undici';
import { now } from './figures.ts';

export type RequestsOrder = {
  url: string;
  token?: string;
  /** Each connection sends the next one. After the last comes the first, unless `once` is set. */
  bodies: string[];
  connections: number;
  /** Stops after that time, and with `once` after the last body. */
  ms: number;
  once?: boolean;
  /** What every answer contains. */
  expected?: string;
};
export type RequestsAnswer = {
  pid: number;
  ms: number;
  latencies: number[];
  /** The last answer of all. */
  text: string;
};

process.on(
  'message',
  async ({ url, token, bodies, connections, ms, once, expected = '"data"' }: RequestsOrder) => {
    const { origin, pathname: path } = new URL(url);
    const headers = {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const clients = Array.from({ length: connections }, () => new Client(origin));
    const latencies: number[] = [];
    let next = 0;
    let text = '';
    const began = now();
    await Promise.all(
      clients.map(async (client) => {
        while (now() - began < ms && !(once && next >= bodies.length)) {
          const body = bodies[next % bodies.length];
          next += 1;
          const sentAt = now();
          const answer = await client.request({ path, method: 'POST', headers, body });
          text = await answer.body.text();
          if (answer.statusCode !== 200 || !text.includes(expected) || text.includes('"errors":['))
            throw new Error(text.slice(0, 1_000));
          latencies.push(now() - sentAt);
        }
      }),
    );
    const took = now() - began;
    await Promise.all(clients.map((client) => client.close()));
    process.send?.({ pid: process.pid, ms: took, latencies, text } satisfies RequestsAnswer);
  },
);
process.send?.({ pid: process.pid, ms: 0, latencies: [], text: '' } satisfies RequestsAnswer);
