/** What a connection needs of the protocol that carries it: WebSocket or Server-Sent Events. */
import type { Socket } from 'node:net';
import type { SharedResults } from '../../context.ts';

/** Everything up to the cursor that passes these subscriptions has been written to this connection. */
export type Heartbeat = { cursor: string; subscriptions: string[] };

/** Why the server ends a connection. After each but FORBIDDEN, the client is expected back with its cursor. */
export type Ending =
  /** The token or a membership is gone. */
  | 'FORBIDDEN'
  /** The viewer's role changed since its subscriptions were opened. */
  | 'RIGHTS_CHANGED'
  /** The client reads more slowly than events come. */
  | 'LAGGED'
  /** This process is too busy to read the events of the client. */
  | 'OVERLOADED'
  /** This process stops. */
  | 'RESTART';

export type Transport = {
  /** The connection's TCP socket. */
  socket: Socket;
  /** Whether results can be written now that nothing waits for. */
  isWritable(): boolean;
  /** Writes results that were executed for many subscriptions, as the results of one. */
  write(id: string, results: SharedResults): void;
  /** Sends a heartbeat; without one, a sign of life that carries no cursor. */
  beat(heartbeat?: Heartbeat): void;
  /** Sends the reason, as far as the protocol has a place for it, and closes. */
  end(why: Ending): void;
};
