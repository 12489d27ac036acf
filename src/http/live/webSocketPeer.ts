/** Detects WebSocket peers that vanished without closing. */
import type { WebSocket } from 'ws';

/** A peer that has nothing to read and answers no ping for this long is gone. */
const PING_MS = 12_000;

/** @returns a function that stops the pings. */
export function monitorPeer(socket: WebSocket): () => void {
  let isAnswering = true;
  const answered = () => {
    isAnswering = true;
  };
  socket.on('pong', answered);
  socket.on('message', answered);
  const timer = setInterval(() => {
    // A slow reader has not received the ping yet; backpressure decides about it.
    if (socket.bufferedAmount > 0) return;
    if (!isAnswering) return socket.terminate();
    isAnswering = false;
    socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}
