/** One open connection's side of the feed's promises, whatever its transport: its subscriptions, and its heartbeats. */
import type { Socket } from 'node:net';
import { GraphQLError } from 'graphql';
import type { Viewer } from '../../auth/viewer.ts';
import type { Seat } from '../../context.ts';
import { createGate } from './gate.ts';
import type { LiveLimits } from './limits.ts';
import { createOutflow } from './outflow.ts';
import { openSubscription, type Subscription } from './subscription.ts';

/** Everything up to the cursor that passes these subscriptions has been written to this connection. */
export type Heartbeat = { cursor: string; subscriptions: string[] };

/** Why the server ends a connection. After each but the first, the client is meant to come back with its cursor. */
export type Ending =
  /** The token or a membership is gone. */
  | 'FORBIDDEN'
  /** Its subscriptions were opened under other rights. */
  | 'RIGHTS_CHANGED'
  /** It takes less than there is to tell. */
  | 'LAGGED'
  /** This process stops. */
  | 'RESTART';

export type Transport = {
  /** Where its bytes go. */
  socket: Socket;
  /** Without a heartbeat: says that the connection is there, and nothing else. */
  beat(heartbeat?: Heartbeat): void;
  /** Tells the client as far as it can, and closes. */
  end(why: Ending): void;
};

export type LiveConnection = {
  readonly viewer: Viewer;
  /** Bytes that the network has not taken yet. */
  queuedBytes(): number;
  subscriptions(): ReadonlySet<Subscription>;
  /**
   * Says that an operation begins, of which nobody knows yet whether it will be a subscription; until that is known,
   * nothing is said of how far the connection is.
   *
   * @throws {GraphQLError} TOO_MANY_OPERATIONS when as many others are under way
   */
  begin(id: string): void;
  /** Says that it is known: the subscription is there, was refused, or was none. */
  begun(id: string): void;
  /** Says that it was none: it is under way until it is answered. @param operation tells it from any other. */
  answer(id: string, operation: object): void;
  /** Says that the network has taken the answer, if there was one to be given. */
  answered(operation: object): void;
  /** Whether an operation of this id has begun, and nobody knows yet what it will be. */
  isBeginning(id: string): boolean;
  /**
   * A place for a subscription that is about to be opened.
   *
   * @throws {GraphQLError} TOO_MANY_SUBSCRIPTIONS, or that the connection is gone
   */
  admit(id: string, viewer: Viewer): Seat;
  /** Says that the change which a subscription is delivering is now on its way. */
  written(id: string): void;
  /** Ends a connection that has not taken anything for too long, or falls behind for too long. */
  judge(now: number): void;
  end(why: Ending): void;
  /** To be called when the connection is gone, by whosever doing. */
  dispose(): void;
};

export type ConnectionOptions = {
  limits: LiveLimits;
  /** @throws {GraphQLError} when the viewer has too many subscriptions in all. */
  onAdmit(): void;
  onLeave(): void;
  onDelivery(): void;
  onEnd(why?: Ending): void;
};

export function openConnection(
  transport: Transport,
  viewer: Viewer,
  options: ConnectionOptions,
): LiveConnection {
  const { limits } = options;
  const subscriptions = new Set<Subscription>();
  const beginning = new Set<string>();
  const answering = new Set<object>();
  const outflow = createOutflow(transport.socket, limits);
  const gate = createGate();
  const timer = setInterval(beatInTime, limits.heartbeatMs);
  let isDue = false;
  let hasWaited = false;
  let isOver = false;

  function beatInTime(): void {
    // The last is still due: some subscription is catching up. That this takes long should worry nobody.
    if (isDue && !outflow.isFull()) transport.beat();
    beatSoon();
  }

  /**
   * One cursor for all, so that a client need not know which is whose: as far as the slowest has come. It is sent
   * only when nobody goes back by it, since what was heard beyond it would be heard again.
   */
  function beatIfDue(): void {
    if (!isDue || isOver || beginning.size > 0 || subscriptions.size === 0 || outflow.isFull()) return;
    let slowest: { position: number; cursor: string } | undefined;
    let told = 0;
    for (const subscription of subscriptions) {
      const reached = subscription.reached();
      if (!reached) return;
      if (!slowest || reached.position < slowest.position) slowest = reached;
      told = Math.max(told, subscription.told());
    }
    if (!slowest) return;
    if (slowest.position < told) {
      waitForOthers(told);
      return;
    }
    gate.open();
    for (const subscription of subscriptions) subscription.tell(slowest.position);
    isDue = false;
    transport.beat({ cursor: slowest.cursor, subscriptions: [...subscriptions].map(({ id }) => id) });
  }

  /**
   * Those who hear little learn only now and then how far they are, and may always be behind those who hear much: of
   * another organization, say. So these wait until the others have come as far as they are, once for each heartbeat.
   */
  function waitForOthers(told: number): void {
    const closedAt = gate.closedAt();
    if (closedAt === told || (closedAt === undefined && hasWaited)) return;
    const others = [...subscriptions].filter((each) => (each.reached()?.position ?? told) < told);
    // What is stored may take minutes to tell; nobody waits for that.
    if (!others.every((each) => each.isInStep())) return;
    hasWaited = true;
    gate.close(told);
    for (const each of others) void each.reach(told).then(() => setImmediate(beatIfDue));
  }

  /** Not in this turn of the event loop: by its end, what counts as written has been given to the socket. */
  function beatSoon(): void {
    isDue = true;
    hasWaited = false;
    setImmediate(beatIfDue);
  }

  function begun(id: string): void {
    // What was due has waited for that; if it is a subscription, it says by itself when it is live.
    if (beginning.delete(id)) setImmediate(beatIfDue);
  }

  function dispose(why?: Ending): void {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    outflow.dispose();
    gate.open();
    options.onEnd(why);
    for (const subscription of subscriptions) {
      // Nobody takes what it would go on to find, nor asks for it, so that it would find out.
      subscription.stop();
      leave(subscription);
    }
  }

  function leave(subscription: Subscription): void {
    if (subscriptions.delete(subscription)) options.onLeave();
  }

  function end(why: Ending): void {
    if (isOver) return;
    dispose(why);
    transport.end(why);
  }

  return {
    viewer,
    queuedBytes: outflow.queuedBytes,
    subscriptions: () => subscriptions,
    isBeginning: (id) => beginning.has(id),

    begin(id) {
      if (beginning.size + answering.size >= limits.operations) throw tooManyOperations(limits.operations);
      beginning.add(id);
    },
    begun,
    answer(id, operation) {
      answering.add(operation);
      begun(id);
    },
    answered: (operation) => answering.delete(operation),

    admit(id, subscriber) {
      if (isOver) throw new GraphQLError('The connection is gone.');
      if (subscriptions.size >= limits.perConnection) throw tooMany(limits.perConnection, 'A connection');
      options.onAdmit();
      const subscription = openSubscription(id, subscriber);
      subscriptions.add(subscription);
      return {
        carry(stream, organizationId) {
          subscription.carry(stream, organizationId);
          if (isOver) subscription.stop();
          void stream.live.then((isLive) => {
            if (isLive && subscriptions.has(subscription)) beatSoon();
          });
        },
        async room(change) {
          await gate.pass(change.position);
          await outflow.room();
          subscription.deliver(change);
          options.onDelivery();
        },
        leave: () => leave(subscription),
      };
    },

    written(id) {
      for (const subscription of subscriptions) {
        if (subscription.id === id) subscription.written();
      }
      if (isDue) setImmediate(beatIfDue);
    },

    judge(now) {
      const isBehind = [...subscriptions].some((subscription) => subscription.isBehind());
      if (outflow.isStuck(now, isBehind)) end('LAGGED');
    },
    end,
    dispose: () => dispose(),
  };
}

/** @param who has so many subscriptions at most. */
export function tooMany(limit: number, who: string): GraphQLError {
  return new GraphQLError(`${who} may have ${limit} subscriptions at once.`, {
    extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit, http: { status: 429 } },
  });
}

function tooManyOperations(limit: number): GraphQLError {
  return new GraphQLError(`A connection may have ${limit} operations under way at once.`, {
    extensions: { code: 'TOO_MANY_OPERATIONS', limit },
  });
}
