/** One WebSocket's side of the feed's promises: its subscriptions' streams, and the heartbeat that tells how far they are. */
import { MessageType, stringifyMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Viewer } from '../auth/viewer.ts';
import type { ChangeStream } from '../feed/stream.ts';

const HEARTBEAT_MS = 10_000;

export type LiveSocket = {
  readonly viewer: Viewer;
  /** Organizations it listens to at present. */
  organizations(): ReadonlySet<string>;
  /** Says that a subscription was asked for; until it is there, nothing is said of how far the socket is. */
  opening(id: string): void;
  /** Says that this subscription is there, or was refused. */
  opened(id: string): void;
  /** Takes up the stream of subscription `id`; to be let go by calling the answer. */
  add(id: string, stream: ChangeStream, organizationId: string): () => void;
  close(code: number, reason: string): void;
  /** To be called once, when the socket is gone. */
  dispose(): void;
};

/**
 * A heartbeat is a `ping` with `{ cursor, subscriptions }`: everything up to the cursor that passes those
 * subscriptions has been written to this socket.
 */
export function openLiveSocket(socket: WebSocket, viewer: Viewer): LiveSocket {
  const streams = new Set<{ id: string; stream: ChangeStream; organizationId: string }>();
  const opening = new Set<string>();
  const timer = setInterval(heartbeat, HEARTBEAT_MS);

  function heartbeat(): void {
    if (streams.size === 0 || opening.size > 0 || socket.readyState !== socket.OPEN) return;
    let slowest: ChangeStream | undefined;
    for (const { stream } of streams) {
      if (!slowest || stream.position() < slowest.position()) slowest = stream;
    }
    const payload = { cursor: slowest?.cursor(), subscriptions: [...streams].map(({ id }) => id) };
    socket.send(stringifyMessage({ type: MessageType.Ping, payload }));
  }

  return {
    viewer,
    organizations: () => new Set([...streams].map(({ organizationId }) => organizationId)),
    opening(id) {
      opening.add(id);
    },
    opened(id) {
      if (opening.delete(id)) heartbeat();
    },
    add(id, stream, organizationId) {
      const entry = { id, stream, organizationId };
      streams.add(entry);
      void stream.live.then((isLive) => {
        if (isLive && streams.has(entry)) heartbeat();
      });
      return () => streams.delete(entry);
    },
    close(code, reason) {
      socket.close(code, reason);
    },
    dispose() {
      clearInterval(timer);
      streams.clear();
    },
  };
}
