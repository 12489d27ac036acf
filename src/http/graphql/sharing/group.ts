/** The subscriptions whose events have the same results. */
import type { SharedResult, SubscriptionSlot } from '../../../context.ts';
import type { Follower } from '../../../feed/follow/lead.ts';
import type { Change } from '../../../feed/log/change.ts';
import type { EventObjects, Moment, SubscriptionObjects } from '../../../schema/feed/entityReads.ts';
import { type EventExecution, executeEvent } from '../executeEvent.ts';
import type { Pace } from './pace.ts';
import { sharedResults } from './sharedResults.ts';

/** @property since the position of the member when it joined: it has been sent every change up to there. */
export type Member = { follower: Follower; slot: SubscriptionSlot; since: number };

/** What is executed once for all members. */
export type SharedExecution = EventExecution & {
  /** The same for the members of one group. */
  readonly key: string;
  /** Whether a resolver has asked for what the members do not have in common. */
  hasFault(): boolean;
};

/** The result of one event; undefined when each member must execute it by itself. */
export type Executed = { result: SharedResult; moment: Moment | undefined } | undefined;

export type Group = {
  readonly members: ReadonlySet<Member>;
  add(member: Member): void;
  /** @returns whether it was the last one. What is being executed ends then. */
  remove(member: Member): boolean;
  /** Whether members receive the change. */
  concerns(change: Change): boolean;
  execute(change: Change): Promise<Executed>;
  /** Keeps a result until `write`. */
  keep(result: SharedResult): void;
  keptChanges(): number;
  /** The bytes of the results that are kept. */
  keptBytes(): number;
  /** Writes the results to all members. @returns the members that could not take them, and received none. */
  write(moment: Moment | undefined): Member[];
};

/** @param subscribe registers the group with those whose objects are read together. */
export function createGroup(
  execution: SharedExecution,
  pace: Pace,
  subscribe: (concerns: Group['concerns']) => SubscriptionObjects,
): Group {
  const members = new Set<Member>();
  const leaving = new AbortController();
  let kept: SharedResult[] = [];
  let keptBytes = 0;

  function concerns(change: Change): boolean {
    // The filters of all members are the same.
    const [first] = members;
    if (!first?.follower.matches(change)) return false;
    for (const { since } of members) if (since < change.position) return true;
    return false;
  }

  const objects = paced(subscribe(concerns), pace);

  return {
    members,
    add: (member) => void members.add(member),

    remove(member) {
      members.delete(member);
      if (members.size > 0) return false;
      leaving.abort();
      objects.close();
      return true;
    },

    concerns,

    async execute(change) {
      const overloaded = () => {
        for (const { slot } of members) slot.overloaded();
      };
      objects.expect(change);
      const executed = await executeEvent({ change, objects, overloaded }, execution, leaving.signal);
      // An error names the request of its subscriber.
      if (!executed || executed.result.errors || execution.hasFault()) return undefined;
      const [first] = members;
      first?.follower.delivered();
      const body = Buffer.from(JSON.stringify(executed.result));
      return { result: { change, body }, moment: executed.moment };
    },

    keep(result) {
      kept.push(result);
      keptBytes += result.body.length;
    },

    keptChanges: () => kept.length,
    keptBytes: () => keptBytes,

    write(moment) {
      const results = kept;
      kept = [];
      keptBytes = 0;
      const whole = sharedResults(results);
      const [first] = results;
      if (!whole || !first) return [];
      const unable: Member[] = [];
      for (const member of members) {
        const { slot, since } = member;
        const own =
          since < first.change.position
            ? whole
            : sharedResults(results.filter(({ change }) => change.position > since));
        if (own && !slot.write(own, moment)) unable.push(member);
      }
      return unable;
    },
  };
}

/** Many groups may wait for one read. When it has ended, they go on one after another. */
function paced(objects: SubscriptionObjects, pace: Pace): SubscriptionObjects {
  const pacedEvent = ({ find, end }: EventObjects): EventObjects => ({
    async find(want, id) {
      const row = await find(want, id);
      await pace();
      return row;
    },
    end,
  });
  return { ...objects, event: (change) => pacedEvent(objects.event(change)) };
}
