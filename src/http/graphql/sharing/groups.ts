/** The groups of subscriptions of one organization that receive the same. */
import type { Logger } from 'pino';
import type { SubscriptionSlot } from '../../../context.ts';
import type { Channel } from '../../../feed/follow/channel.ts';
import type { Follower, Place } from '../../../feed/follow/lead.ts';
import type { EntityReads } from '../../../schema/feed/entityReads.ts';
import { readTogether } from '../../../schema/feed/readingTogether.ts';
import { type Delivery, startDelivery } from './delivery.ts';
import type { SharedExecution } from './group.ts';
import type { Pace } from './pace.ts';

export type Groups = {
  /** @param isApart whether the objects of the group's events are read apart from those of others. */
  join(follower: Follower, slot: SubscriptionSlot, execution: SharedExecution, isApart: boolean): Place;
  stats(): { groups: number; subscriptions: number };
};

export type GroupsOptions = {
  entityReads: EntityReads;
  pace: Pace;
  log: Logger;
  /** Called when the last subscription has left. */
  onEmpty(): void;
};

export function createGroups(channel: Channel, { entityReads, pace, log, onEmpty }: GroupsOptions): Groups {
  const together = readTogether();
  const groups = new Map<string, Delivery>();

  function start(execution: SharedExecution, isApart: boolean): Delivery {
    const { key } = execution;
    const objects = entityReads.connect(isApart ? undefined : together);
    const delivery = startDelivery(execution, {
      channel,
      pace,
      subscribe: (stream) => objects.subscribe(channel.organizationId, stream),
      log,
      onEmpty() {
        if (groups.get(key) === delivery) groups.delete(key);
        if (groups.size === 0) onEmpty();
      },
    });
    groups.set(key, delivery);
    return delivery;
  }

  return {
    join(follower, slot, execution, isApart) {
      const delivery = groups.get(execution.key) ?? start(execution, isApart);
      const member = { follower, slot, since: follower.position };
      delivery.add(member);
      return { position: () => delivery.positionOf(member), leave: () => delivery.remove(member) };
    },

    stats: () => ({
      groups: groups.size,
      subscriptions: [...groups.values()].reduce((sum, delivery) => sum + delivery.size(), 0),
    }),
  };
}
