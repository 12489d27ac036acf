/** The ways to send an operation that the server refuses. Each returns the errors of the answer. */
import { openSocket } from '../rawSocket.ts';
import type { Target } from './target.ts';

export type Refused = { message: string; extensions: { code: string } };
export type Body = { query: string; variables?: object };

export const WAYS: Record<string, (target: Target, body: Body) => Promise<Refused[]>> = {
  async POST(target, body) {
    return JSON.parse(await post(target, body, 'application/json')).errors;
  },
  async SSE(target, body) {
    const text = await post(target, body, 'text/event-stream');
    return JSON.parse(/^data: (.+)$/m.exec(text)?.[1] ?? text).errors;
  },
  async WebSocket(target, body) {
    const socket = await openSocket(target.url, { authorization: `Bearer ${target.token}` });
    const [first] = await socket.operation(body);
    await socket.close();
    if (first?.type === 'error') return first.payload as Refused[];
    return first ? (first.payload as { errors: Refused[] }).errors : [];
  },
};

async function post(target: Target, body: Body, accept: string): Promise<string> {
  return await postText(target, JSON.stringify(body), accept);
}

/** Sends a body as it is written. */
export async function postText({ url, token }: Target, body: string, accept: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
    body,
  });
  return await response.text();
}
