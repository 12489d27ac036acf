/** All servers of the fan-out, each in a process of its own, and the process of their subscribers. */
import { startChild } from '../support/child.ts';
import type { Sockets } from './measure.ts';
import { startMuster } from './muster.ts';
import type { SocketAnswer, SocketOrder } from './sockets.ts';
import { startPeerWay, type Way } from './way.ts';

/** What the others are compared with. */
export const CEILING = 'ws, one buffer';

export async function startWays(cleanUp: AsyncDisposableStack): Promise<Way[]> {
  return [
    await startPeerWay(cleanUp, 'ws', CEILING),
    await startPeerWay(cleanUp, 'ws', 'ws, framed once', { FRAMED: '1' }),
    await startPeerWay(cleanUp, 'graphql-ws', 'graphql-ws'),
    await startPeerWay(cleanUp, 'yoga', 'yoga + graphql-ws'),
    await startPeerWay(cleanUp, 'mercurius', 'mercurius'),
    await startMuster(cleanUp),
  ];
}

export async function startSockets(cleanUp: AsyncDisposableStack): Promise<Sockets> {
  return cleanUp.use(await startChild<SocketOrder, SocketAnswer>(new URL('./sockets.ts', import.meta.url)));
}

/** Opens that many more subscribers of a server, with the documents in turn. */
export async function openSockets(
  sockets: Sockets,
  way: Way,
  count: number,
  documents: string[],
): Promise<void> {
  const { name, url, token, organizationId } = way;
  await sockets.ask({ server: name, open: count, url, token, organizationId, documents });
}
