/** A server with subscribers: Muster, or a peer. */
import type { PeerAnswer, PublishOrder } from '../peers/takeOrders.ts';
import { startPeer } from '../support/peer.ts';

export type Way = {
  name: string;
  pid: number;
  url: string;
  /** Empty for a peer, which asks for none. */
  token: string;
  organizationId: string;
  /** Publishes that many events in one batch, and resolves to when it did. */
  publish(events: number): Promise<number>;
};

export async function startPeerWay(
  cleanUp: AsyncDisposableStack,
  folder: string,
  name: string,
  env: Record<string, string> = {},
): Promise<Way> {
  const peer = cleanUp.use(await startPeer<PublishOrder, PeerAnswer>(folder, 'fanout', env));
  return {
    name,
    pid: peer.ready.pid,
    url: peer.ready.url,
    token: '',
    organizationId: 'organization',
    publish: async (events) => (await peer.ask({ events })).at,
  };
}
