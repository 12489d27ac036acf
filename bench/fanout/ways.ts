/** All servers of the fan-out, each in a process of its own, and the process of their subscribers. */
import { startChild } from '../support/child.ts';
import type { Sockets } from './measure.ts';
import { startMuster } from './muster.ts';
import type { SocketAnswer, SocketOrder } from './sockets.ts';
import { startPeerWay, type Way } from './way.ts';

/** What the others are compared with. */
export const CEILING = 'ws, one buffer';

/** Differs from the ceiling in how it delivers only. */
export const FRAMED_ONCE = 'ws, framed once';

/** @param env of all servers. */
export async function startWays(
  cleanUp: AsyncDisposableStack,
  env: Record<string, string> = {},
): Promise<Way[]> {
  return [
    await startPeerWay(cleanUp, 'ws', CEILING, env),
    await startPeerWay(cleanUp, 'ws', FRAMED_ONCE, { ...env, FRAMED: '1' }),
    await startPeerWay(cleanUp, 'graphql-ws', 'graphql-ws', env),
    await startPeerWay(cleanUp, 'yoga', 'yoga + graphql-ws', env),
    await startPeerWay(cleanUp, 'mercurius', 'mercurius', env),
    await startMuster(cleanUp, 'Muster', env),
  ];
}

export async function startSockets(cleanUp: AsyncDisposableStack): Promise<Sockets> {
  return cleanUp.use(await startChild<SocketOrder, SocketAnswer>(new URL('./sockets.ts', import.meta.url)));
}

/** Opens that many more sockets of a server, each with that many subscriptions, with the documents in turn. */
export async function openSockets(
  sockets: Sockets,
  way: Way,
  count: number,
  documents: string[],
  each = 1,
): Promise<void> {
  const { name, url, token, organizationId } = way;
  await sockets.ask({ server: name, open: count, each, url, token, organizationId, documents });
}
