/**
 * Delivers the changes of one organization to groups of subscriptions that are in step, in rounds: the changes that are
 * known are executed one after another, each once for every group, and then all results are written in one turn of the
 * event loop. So every subscription is at the same position between two rounds, and what is written later was read later.
 */
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { SubscriptionSlot } from '../../../context.ts';
import type { Channel } from '../../../feed/follow/channel.ts';
import type { Follower, Place } from '../../../feed/follow/lead.ts';
import type { Change } from '../../../feed/log/change.ts';
import { outsideOperations } from '../../../load/operation.ts';
import type { EntityReads, Moment } from '../../../schema/feed/entityReads.ts';
import { createGroup, type Executed, type Group, type Member, type SharedExecution } from './group.ts';

export type Rounds = {
  join(follower: Follower, slot: SubscriptionSlot, execution: SharedExecution): Place;
  stats(): { groups: number; subscriptions: number };
};

/**
 * The bytes of results that a group keeps before they are written. They are fewer than the bytes that a connection
 * may have unsent, so that one with nothing unsent can always take them.
 */
const MAX_KEPT_BYTES = 64 * 1024;
const MAX_KEPT_CHANGES = 100;
/** Executing from memory alone leaves the event loop no turn. */
const MAX_BUSY_MS = 10;

/** @param onEmpty called when the last subscription has left. */
export function startRounds(
  channel: Channel,
  entityReads: EntityReads,
  log: Logger,
  onEmpty: () => void,
): Rounds {
  const objects = entityReads.connect();
  const groups = new Map<string, Group>();
  const unsubscribe = channel.onMove(start);
  /** Everything up to here was written to the groups, and everything up to `executed` was executed. */
  let written = channel.checked();
  let executed = written;
  let keptChanges = 0;
  /** When the results that are kept were read. */
  let kept: Moment | undefined;
  let isRunning = false;

  function start(): void {
    // The change may have become known within an operation, which has nothing to do with its subscribers.
    if (!isRunning) void outsideOperations(run);
  }

  async function run(): Promise<void> {
    isRunning = true;
    let pausedAt = performance.now();
    try {
      while (groups.size > 0) {
        if (channel.failure() || !channel.covers(executed)) {
          dissolveAll();
          break;
        }
        const change = channel.next(executed);
        if (!change) {
          executed = channel.checked();
          writeKept();
          break;
        }
        await deliver(change);
        if (performance.now() > pausedAt + MAX_BUSY_MS) {
          await setImmediate();
          pausedAt = performance.now();
        }
      }
    } catch (error) {
      log.error({ err: error }, 'a round of shared events failed');
      dissolveAll();
    } finally {
      isRunning = false;
    }
  }

  /**
   * Results of different moments are written in the order in which they were read. Those of one moment have no order, so
   * the ones of later changes may be kept together with them.
   */
  async function deliver(change: Change): Promise<void> {
    const results: [Group, NonNullable<Executed>][] = [];
    for (const [key, group] of [...groups]) {
      if (!group.concerns(change)) continue;
      const result = await group.execute(change);
      if (groups.get(key) !== group) continue;
      if (result) results.push([group, result]);
      else dissolve(group);
    }
    const moments = results.flatMap(([, { moment }]) => moment ?? []);
    const isMixed = !areOne(moments);
    if (isMixed || !areOne([...moments, ...(kept ? [kept] : [])])) writeKept();
    for (const [group, { result }] of results) group.keep(result);
    kept = together(kept ? [kept, ...moments] : moments);
    executed = change.position;
    keptChanges += 1;
    if (isMixed || keptChanges >= MAX_KEPT_CHANGES || isEnoughKept()) writeKept();
  }

  function isEnoughKept(): boolean {
    for (const group of groups.values()) if (group.keptBytes() >= MAX_KEPT_BYTES) return true;
    return false;
  }

  function writeKept(): void {
    for (const group of groups.values()) {
      for (const member of group.write(kept)) giveBack(group, member);
    }
    written = executed;
    keptChanges = 0;
    kept = undefined;
  }

  function remove(group: Group, member: Member): void {
    if (!group.members.has(member) || !group.remove(member)) return;
    for (const [key, each] of groups) if (each === group) groups.delete(key);
    if (groups.size > 0) return;
    unsubscribe();
    onEmpty();
  }

  const positionOf = ({ since }: Member) => Math.max(since, written);

  /** From here on, the subscription delivers its changes itself, until it is in step again. */
  function giveBack(group: Group, member: Member): void {
    const position = positionOf(member);
    remove(group, member);
    member.follower.resume(position);
  }

  function dissolve(group: Group): void {
    for (const member of group.members) giveBack(group, member);
  }

  function dissolveAll(): void {
    for (const group of groups.values()) dissolve(group);
  }

  return {
    join(follower, slot, execution) {
      const { key } = execution;
      const group = groups.get(key) ?? createGroup(execution, subscribe);
      groups.set(key, group);
      const member = { follower, slot, since: follower.position };
      group.add(member);
      return { position: () => positionOf(member), leave: () => remove(group, member) };
    },

    stats: () => ({
      groups: groups.size,
      subscriptions: [...groups.values()].reduce((sum, { members }) => sum + members.size, 0),
    }),
  };

  function subscribe({ concerns }: Pick<Group, 'concerns'>) {
    return objects.subscribe(channel.organizationId, {
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
    });
  }
}

function areOne(moments: readonly Moment[]): boolean {
  const [first] = moments;
  return (
    moments.length <= 1 || moments.every(({ snapshot }) => snapshot !== 0 && snapshot === first?.snapshot)
  );
}

function together(moments: readonly Moment[]): Moment | undefined {
  const [first] = moments;
  if (moments.length <= 1) return first;
  return {
    begunAt: Math.min(...moments.map(({ begunAt }) => begunAt)),
    endedAt: Math.max(...moments.map(({ endedAt }) => endedAt)),
    snapshot: areOne(moments) ? (first?.snapshot ?? 0) : 0,
  };
}
