/** One open connection, whatever its transport: its subscriptions, its heartbeats, and how it ends. */
import { setMaxListeners } from 'node:events';
import { GraphQLError } from 'graphql';
import type { Viewer } from '../../auth/viewer.ts';
import type { SharedResults, SubscriptionSlot } from '../../context.ts';
import type { EntityReads, SubscriptionObjects } from '../../schema/feed/entityReads.ts';
import { createBackpressure } from './backpressure.ts';
import { createBudget } from './budget.ts';
import type { ConnectionLimits } from './connectionLimits.ts';
import { createHeartbeats } from './heartbeats.ts';
import { joinWrites } from './joinWrites.ts';
import { createOperations, type Operations } from './operations.ts';
import { createSubscription, type Subscription } from './subscription.ts';
import type { Ending, Transport } from './transport.ts';
import { createTurns } from './turns.ts';

export type LiveConnection = {
  readonly viewer: Viewer;
  readonly operations: Operations;
  /** Aborted when the connection is gone, whichever side closed it. */
  readonly gone: AbortSignal;
  /** Bytes that wait for the network. */
  queuedBytes(): number;
  subscriptions(): ReadonlySet<Subscription>;
  /**
   * Reserves a slot for a subscription that is about to be opened.
   *
   * @param viewer as authenticated for this operation: its rights may be newer than the connection's.
   * @param cost the most fields that one of its events can have.
   * @throws {GraphQLError} TOO_MANY_SUBSCRIPTIONS, or that the connection is gone.
   */
  reserve(id: string, viewer: Viewer, cost: number): SubscriptionSlot;
  /** Records that the change which a subscription is delivering was handed to the socket. */
  written(id: string): void;
  /** A message other than an event was handed to the socket. */
  sent(): void;
  /** Makes a heartbeat due. To be called in time for the next one. */
  beat(): void;
  /**
   * Ends a connection that has taken nothing for too long, or has been behind for too long.
   *
   * @param now milliseconds of a monotonic clock.
   * @returns whether bytes wait for the network. If none do, none will before `onWrite` is called.
   */
  checkLag(now: number): boolean;
  end(why: Ending): void;
  /** To be called when the connection is gone, whichever side closed it. */
  dispose(): void;
};

export type ConnectionOptions = {
  limits: ConnectionLimits;
  entityReads: EntityReads;
  /** @throws {GraphQLError} when the viewer has too many subscriptions in all, or too costly ones. */
  onReserve(cost: number): void;
  onRelease(cost: number): void;
  /** A subscription is open, with the rights that its viewer had. */
  onAttach(): void;
  onDelivery(events: number): void;
  /** Bytes may wait for the network from now on. */
  onWrite(): void;
  onEnd(why?: Ending): void;
};

export function openConnection(
  transport: Transport,
  viewer: Viewer,
  { limits, entityReads, onReserve, onRelease, onAttach, onDelivery, onWrite, onEnd }: ConnectionOptions,
): LiveConnection {
  const subscriptions = new Set<Subscription>();
  const turns = createTurns<Subscription>();
  const objects = entityReads.connect();
  const budget = createBudget(
    { subscriptions: limits.perConnection, cost: limits.costPerConnection },
    'A connection',
  );
  const backpressure = createBackpressure(transport.socket, limits);
  const leaving = new AbortController();
  // Every operation listens to it.
  setMaxListeners(0, leaving.signal);
  const operations = createOperations(limits.operations, leaving.signal, () => heartbeats.retry());
  const heartbeats = createHeartbeats({
    subscriptions,
    isPreparing: operations.isPreparingAny,
    isFull: backpressure.isFull,
    beat(heartbeat) {
      transport.beat(heartbeat);
      noteWrite();
    },
  });
  let isOver = false;
  /** Whether an event may not have reached the socket yet that counts as written. */
  let isWriting = false;

  /** Some messages, such as that an operation is complete, follow the end. */
  function noteWrite(): void {
    if (!isOver) onWrite();
  }

  /** In between an event of another subscription, the results could be newer than it and yet be written before it. */
  function canWrite({ last, bytes }: SharedResults): boolean {
    return (
      !turns.isTaken() &&
      !isWriting &&
      heartbeats.passes(last.change.position) &&
      transport.isWritable() &&
      // As if they were written one by one: the last one needs no room.
      backpressure.hasRoomFor(bytes - last.body.length)
    );
  }

  function dispose(why?: Ending): void {
    if (isOver) return;
    isOver = true;
    leaving.abort();
    heartbeats.dispose();
    backpressure.dispose();
    onEnd(why);
    for (const subscription of subscriptions) {
      // Its reader no longer asks for events, so it would never notice that the connection is gone.
      subscription.stop();
      release(subscription);
    }
  }

  function isBehind(): boolean {
    for (const subscription of subscriptions) if (subscription.isBehind()) return true;
    return false;
  }

  function release(subscription: Subscription): void {
    if (!subscriptions.delete(subscription)) return;
    turns.give(subscription);
    budget.giveBack(subscription.cost);
    onRelease(subscription.cost);
  }

  function end(why: Ending): void {
    if (isOver) return;
    dispose(why);
    transport.end(why);
  }

  return {
    viewer,
    operations,
    gone: leaving.signal,
    queuedBytes: backpressure.queuedBytes,
    subscriptions: () => subscriptions,

    reserve(id, subscriber, cost) {
      if (isOver) throw new GraphQLError('The connection is gone.');
      budget.take(cost);
      try {
        onReserve(cost);
      } catch (error) {
        budget.giveBack(cost);
        throw error;
      }
      const subscription = createSubscription(id, subscriber, cost);
      subscriptions.add(subscription);
      let own: SubscriptionObjects | undefined;
      return {
        attach(stream, organizationId) {
          subscription.attach(stream, organizationId);
          onAttach();
          own = objects.subscribe(organizationId, stream);
          if (isOver) subscription.stop();
          void stream.live.then((isLive) => {
            if (isLive && subscriptions.has(subscription)) heartbeats.beatSoon();
          });
          return own;
        },
        async ready(change) {
          turns.give(subscription);
          own?.expect(change);
          // Before its turn: a heartbeat holds this subscription back until others have had theirs.
          await heartbeats.pass(change.position);
          if (subscriptions.has(subscription)) await turns.take(subscription);
          await backpressure.drained();
          subscription.delivering(change);
          onDelivery(1);
        },
        write(results, moment) {
          if (!subscriptions.has(subscription) || !canWrite(results)) return false;
          if (moment && !objects.accept(moment)) return false;
          // The results of the others follow at once.
          if (subscriptions.size > 1) joinWrites(transport.socket);
          transport.write(id, results);
          noteWrite();
          subscription.sent(results.last.change.position);
          onDelivery(results.all.length);
          heartbeats.retry();
          return true;
        },
        overloaded: () => end('OVERLOADED'),
        release() {
          own?.close();
          release(subscription);
        },
      };
    },

    written(id) {
      for (const subscription of subscriptions) {
        if (subscription.id !== id) continue;
        subscription.written();
        turns.give(subscription);
        isWriting = true;
        setImmediate(() => {
          isWriting = false;
        });
      }
      noteWrite();
      heartbeats.retry();
    },

    sent: noteWrite,
    beat() {
      // Also when none can be sent: the body of an event stream may have handed on what it held.
      noteWrite();
      heartbeats.beat();
    },

    checkLag(now) {
      if (backpressure.isLagging(now, isBehind)) end('LAGGED');
      return backpressure.queuedBytes() > 0;
    },
    end,
    dispose: () => dispose(),
  };
}
