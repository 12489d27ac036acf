/** Declares a noun with change events: its change types, its event types and its subscriptions. */
import type { FieldMap } from '@pothos/core';
import type { Change } from '../../feed/log/change.ts';
import { builder, type Types } from '../kit/builder.ts';
import { FeedEvent } from './change.ts';
import { addChangeTypes } from './changeType.ts';

type EntityType = keyof Types['PrismaTypes'] & string;

export type EventFields = PothosSchemaTypes.ObjectFieldBuilder<Types, Change>;

/** A filter that is not named after its type. */
export type NamedFilter = { name: string; type: EntityType; description: string };

type Filters = readonly (EntityType | NamedFilter)[];

type LiveEvent<ChangeTypeName> = {
  /** The description of the subscription. */
  description: string;
  /** The description of the event type. */
  event: string;
  /** The change types that the event covers. Default: all of the noun. */
  types?: readonly ChangeTypeName[];
  /** The filters of the subscription. `'Project'` gives it `projectId`: only changes that concern this project. */
  filters: Filters;
  /** The fields of the event, besides those of FeedEvent. */
  fields: (t: EventFields) => FieldMap;
};

/** A subscription that a noun declared. `resolvers/feed/liveEvents.ts` adds its field to the schema. */
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
    /** The noun's change types, each with its description. */
    changes: Record<ChangeTypeName, string>;
    /** The events, by the name of their subscription. `agentChanged` delivers events of the type `AgentChanged`. */
    events?: Record<string, LiveEvent<NoInfer<ChangeTypeName>>>;
  },
): void {
  addChangeTypes(entityType, changes);
  const all = Object.keys(changes) as ChangeTypeName[];
  for (const [name, { description, event, types = all, filters, fields }] of Object.entries(events)) {
    subscriptions.push({ name, description, event: defineEvent(name, event, fields), types, filters });
  }
}

function defineEvent(name: string, description: string, fields: (t: EventFields) => FieldMap) {
  return builder.objectRef<Change>(name.charAt(0).toUpperCase() + name.slice(1)).implement({
    sharedBy: 'MEMBERS',
    description,
    interfaces: [FeedEvent],
    isTypeOf: () => true,
    fields,
  });
}
