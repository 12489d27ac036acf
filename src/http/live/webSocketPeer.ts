/** Detects WebSocket peers that vanished without closing. */
import type { WebSocket } from 'ws';

/** A peer that was silent for this long is asked by a ping. Clients that answer heartbeats are never silent for so long. */
const SILENCE_MS = 12_000;
/** A peer that has nothing to read and does not answer the ping for this long is gone. */
const ANSWER_MS = 8_000;
const CHECK_MS = 2_000;

export type Peers = {
  /** Watches a socket until it is closed. */
  watch(socket: WebSocket): void;
  stop(): void;
};

type Peer = { socket: WebSocket; heardAt: number; askedAt: number | undefined };

export function monitorPeers(): Peers {
  /** In the order in which they were heard last. */
  const peers = new Set<Peer>();

  /** Looks at a peer that is silent. */
  function check(peer: Peer, now: number): void {
    const { socket, askedAt } = peer;
    // A slow reader has not received the ping yet. Backpressure decides about it.
    if (socket.bufferedAmount > 0) peer.askedAt = undefined;
    else if (askedAt !== undefined && now - askedAt >= ANSWER_MS) socket.terminate();
    else if (askedAt === undefined) {
      peer.askedAt = now;
      socket.ping();
    }
  }

  const timer = setInterval(() => {
    const now = performance.now();
    for (const peer of peers) {
      if (now - peer.heardAt < SILENCE_MS) break;
      check(peer, now);
    }
  }, CHECK_MS).unref();

  return {
    watch(socket) {
      const peer: Peer = { socket, heardAt: performance.now(), askedAt: undefined };
      const heard = () => {
        peer.heardAt = performance.now();
        peer.askedAt = undefined;
        if (peers.delete(peer)) peers.add(peer);
      };
      peers.add(peer);
      socket.on('message', heard).on('pong', heard);
      socket.once('close', () => peers.delete(peer));
    },
    stop: () => clearInterval(timer),
  };
}
