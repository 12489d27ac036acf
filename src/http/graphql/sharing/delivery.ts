/**
 * Delivers the changes of an organization to one group of subscriptions that are in step. Each change is executed once, at
 * the group's own pace. What was executed in one turn of the event loop is written together.
 */
import type { Logger } from 'pino';
import type { Channel } from '../../../feed/follow/channel.ts';
import type { Change } from '../../../feed/log/change.ts';
import { outsideOperations } from '../../../load/operation.ts';
import type { Moment, SubscriptionObjects } from '../../../schema/feed/entityReads.ts';
import { createGroup, type Member, type SharedExecution } from './group.ts';
import type { Pace } from './pace.ts';

export type Delivery = {
  /** The number of its subscriptions. */
  size(): number;
  add(member: Member): void;
  remove(member: Member): void;
  /** Every matching change up to this position was written to the member. */
  positionOf(member: Member): number;
};

export type DeliveryOptions = {
  channel: Channel;
  pace: Pace;
  /** Registers the group with those whose objects are read together. */
  subscribe(stream: { upcoming(limit: number): Change[] }): SubscriptionObjects;
  log: Logger;
  /** Called when the last member has left. */
  onEmpty(): void;
};

/**
 * The bytes of results that a group keeps before they are written. They are fewer than the bytes that a connection
 * may have unsent, so that one with nothing unsent can always take them.
 */
const MAX_KEPT_BYTES = 64 * 1024;
const MAX_KEPT_CHANGES = 100;
/** The changes that are skipped at once. */
const MAX_SKIPPED = 1_000;

export function startDelivery(execution: SharedExecution, options: DeliveryOptions): Delivery {
  const { channel, pace, subscribe, log, onEmpty } = options;
  /** Everything up to here was written to the members, and everything up to `executed` was executed. */
  let written = channel.checked();
  let executed = written;
  /** When the results that are kept were read; undefined if nothing was. */
  let keptMoment: Moment | undefined;
  let isRunning = false;
  const group = createGroup(execution, pace, (concerns) =>
    subscribe({
      upcoming(limit) {
        const found: Change[] = [];
        let at = executed;
        for (let scanned = 0; scanned < limit && channel.covers(at); scanned += 1) {
          const change = channel.next(at);
          if (!change) break;
          at = change.position;
          if (concerns(change)) found.push(change);
        }
        return found;
      },
    }),
  );
  const unsubscribe = channel.onMove(start);
  const hasEnded = () => group.members.size === 0;

  function start(): void {
    // What is being executed would be in vain.
    if (channel.failure()) dissolve();
    // The change may have become known within an operation, which has nothing to do with its subscribers.
    else if (!isRunning) void outsideOperations(run);
  }

  async function run(): Promise<void> {
    isRunning = true;
    try {
      while (executed < channel.checked()) {
        await pace();
        if (hasEnded()) return;
        if (!channel.covers(executed)) {
          dissolve();
          return;
        }
        const change = skip();
        if (change) await deliver(change);
        if (hasEnded()) return;
      }
      write();
    } catch (error) {
      fail(error);
    } finally {
      isRunning = false;
    }
  }

  /** @returns the next change for the group; undefined when there is none among the next ones. */
  function skip(): Change | undefined {
    for (let skipped = 0; skipped < MAX_SKIPPED; skipped += 1) {
      const change = channel.next(executed);
      if (change && group.concerns(change)) return change;
      executed = change?.position ?? channel.checked();
      if (!change) break;
    }
    return undefined;
  }

  async function deliver(change: Change): Promise<void> {
    const result = await group.execute(change);
    if (hasEnded()) return;
    if (!result) {
      write();
      dissolve();
      return;
    }
    // Results of different moments are written in the order in which they were read.
    if (result.moment && keptMoment && !isSame(result.moment, keptMoment)) write();
    if (group.keptChanges() === 0) setImmediate(write);
    group.keep(result.result);
    keptMoment ??= result.moment;
    executed = change.position;
    if (group.keptChanges() >= MAX_KEPT_CHANGES || group.keptBytes() >= MAX_KEPT_BYTES) write();
  }

  /** At the end of each turn of the event loop, so that nothing waits for the execution of a later change. */
  function write(): void {
    try {
      for (const member of group.write(keptMoment)) giveBack(member);
      written = executed;
      keptMoment = undefined;
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): void {
    log.error({ err: error }, 'the delivery of shared events failed');
    dissolve();
  }

  function remove(member: Member): void {
    if (!group.members.has(member) || !group.remove(member)) return;
    unsubscribe();
    onEmpty();
  }

  const positionOf = ({ since }: Member) => Math.max(since, written);

  /** From here on, the subscription delivers its changes itself, until it is in step again. */
  function giveBack(member: Member): void {
    const position = positionOf(member);
    remove(member);
    member.follower.resume(position);
  }

  function dissolve(): void {
    for (const member of group.members) giveBack(member);
  }

  return { size: () => group.members.size, add: group.add, remove, positionOf };
}

function isSame(one: Moment, other: Moment): boolean {
  return one.snapshot !== 0 && one.snapshot === other.snapshot;
}
