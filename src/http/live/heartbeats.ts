/** The heartbeats of one connection: one cursor for all of its subscriptions. */
import { createGate } from './gate.ts';
import type { Subscription } from './subscription.ts';
import type { Transport } from './transport.ts';

export type Heartbeats = {
  /** It is time for a heartbeat. When the last one is still due, a sign of life is sent. */
  beat(): void;
  /** Makes a heartbeat due; it is sent as soon as it is true for every subscription. */
  beatSoon(): void;
  /** Sends the heartbeat that is due, if it can be sent by now. */
  retry(): void;
  /** Waits until a change at the position may be delivered. */
  pass(position: number): Promise<void>;
  /** Whether it may be delivered now. */
  passes(position: number): boolean;
  dispose(): void;
};

export type HeartbeatOptions = {
  subscriptions: ReadonlySet<Subscription>;
  /** Whether an operation may be about to become a subscription. */
  isPreparing(): boolean;
  /** Whether so many bytes wait for the network that nothing should be added. */
  isFull(): boolean;
  beat: Transport['beat'];
};

export function createHeartbeats(options: HeartbeatOptions): Heartbeats {
  const { subscriptions, isPreparing, isFull, beat } = options;
  const gate = createGate();
  let isDue = false;
  /** Whether deliveries were already held back for the heartbeat that is due. */
  let hasHeldBack = false;
  let isOver = false;

  function beatSoon(): void {
    isDue = true;
    hasHeldBack = false;
    retry();
  }

  /** Not in this turn of the event loop: by its end, what counts as written has been handed to the socket. */
  function retry(): void {
    if (isDue) setImmediate(beatIfDue);
  }

  /**
   * The cursor is that of the slowest subscription. It is sent only when no subscription goes back by it: a client that
   * resumed there would receive again what it has received beyond it.
   */
  function beatIfDue(): void {
    if (!isDue || isOver || isPreparing() || subscriptions.size === 0 || isFull()) return;
    let slowest: { position: number; cursor: string } | undefined;
    let furthestSent = 0;
    for (const subscription of subscriptions) {
      const progress = subscription.progress();
      if (!progress) return;
      if (!slowest || progress.position < slowest.position) slowest = progress;
      furthestSent = Math.max(furthestSent, subscription.lastSent());
    }
    if (!slowest) return;
    if (slowest.position < furthestSent) {
      holdBackAt(furthestSent);
      return;
    }
    gate.open();
    for (const subscription of subscriptions) subscription.sent(slowest.position);
    isDue = false;
    beat({ cursor: slowest.cursor, subscriptions: [...subscriptions].map(({ id }) => id) });
  }

  /**
   * A subscription with few events learns its position only now and then. It could stay behind a busy one, of another
   * organization say, for ever. So the busy ones are held back until the others have caught up, once per heartbeat.
   */
  function holdBackAt(position: number): void {
    const closedAt = gate.closedAt();
    if (closedAt === position || (closedAt === undefined && hasHeldBack)) return;
    const behind = [...subscriptions].filter((each) => (each.progress()?.position ?? position) < position);
    // Delivering the stored changes may take minutes: no subscription is held back for one that replays.
    if (!behind.every((each) => each.isInStep())) return;
    hasHeldBack = true;
    gate.close(position);
    for (const each of behind) void each.reach(position).then(retry);
  }

  return {
    beat() {
      // The last one is still due because a subscription is catching up. The client should see that the connection lives.
      if (isDue && !isFull()) beat();
      beatSoon();
    },
    beatSoon,
    retry,
    pass: gate.pass,
    passes: (position) => position <= (gate.closedAt() ?? position),
    dispose() {
      isOver = true;
      gate.open();
    },
  };
}
