/** A noun with change events, declared once: its change types, and its events with their subscriptions. */
import type { FieldMap } from '@pothos/core';
import type { Change } from '../../feed/log/change.ts';
import { builder, type Types } from '../kit/builder.ts';
import { FeedEvent } from './change.ts';
import { addChangeTypes, ChangeType } from './changeType.ts';

type EntityType = keyof Types['PrismaTypes'] & string;

export type EventFields = PothosSchemaTypes.ObjectFieldBuilder<Types, Change>;

/** A filter that is not named after its type. */
export type NamedFilter = { name: string; type: EntityType; description: string };

type Filters = readonly (EntityType | NamedFilter)[];

type LiveEvent<ChangeTypeName> = {
  /** Of the subscription. */
  description: string;
  /** Of the event's type. */
  event: string;
  /** All of the noun's change types without it. An event of several has the field `type`. */
  types?: readonly ChangeTypeName[];
  /** Types of things that a change can concern: `['Project']` gives the subscription the filter `projectId`. */
  filters: Filters;
  /** What it says beside `type` and what every event has. */
  fields: (t: EventFields) => FieldMap;
};

/** A subscription that a noun declares. `resolvers/feed/liveEvents.ts` makes a field of each. */
export type Subscription = {
  name: string;
  description: string;
  event: ReturnType<typeof defineEvent>;
  types: readonly string[];
  filters: Filters;
};

export const subscriptions: Subscription[] = [];

export function liveNoun<ChangeTypeName extends string>(
  entityType: EntityType,
  {
    changes,
    events = {},
  }: {
    /** What happens to it: a description of each change type. */
    changes: Record<ChangeTypeName, string>;
    /** By the name of the subscription. `agentChanged` delivers events of the type `AgentChanged`. */
    events?: Record<string, LiveEvent<NoInfer<ChangeTypeName>>>;
  },
): void {
  addChangeTypes(entityType, changes);
  const all = Object.keys(changes) as ChangeTypeName[];
  for (const [name, { description, event, types = all, filters, fields }] of Object.entries(events)) {
    subscriptions.push({ name, description, event: defineEvent(name, event, types, fields), types, filters });
  }
}

function defineEvent(
  name: string,
  description: string,
  types: readonly string[],
  fields: (t: EventFields) => FieldMap,
) {
  return builder.objectRef<Change>(name.charAt(0).toUpperCase() + name.slice(1)).implement({
    description,
    interfaces: [FeedEvent],
    isTypeOf: () => true,
    fields: (t) => ({ ...(types.length > 1 && { type: typeField(t) }), ...fields(t) }),
  });
}

const typeField = (t: EventFields) => t.expose('type', { type: ChangeType, description: 'What happened.' });
