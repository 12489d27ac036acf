/** Objects that an event is about. */
import type { PrismaModelTypes, PrismaObjectRef } from '@pothos/plugin-prisma';
import type { Change } from '../../feed/log/change.ts';
import { parseGlobalId } from '../../globalId.ts';
import type { EventFields } from './liveNoun.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the builder's types are, a ref says which model it is of.
type EntityRef = PrismaObjectRef<any, PrismaModelTypes>;

type EntityOptions = {
  type: EntityRef;
  description: string;
  /** The object's UUID. The thing that changed without it. */
  id?: (change: Change) => string | undefined;
  /** The UUIDs of all such objects that a change is about, so that its fields share one read. */
  ids?: (change: Change) => (string | undefined)[];
};

/** An object that is read when the event is delivered: at least as new as the event, and null when it is gone. */
export function entityField(
  t: EventFields,
  { type, description, id = ({ entityId }) => entityId, ids = (change) => [id(change)] }: EntityOptions,
) {
  return t.prismaField({
    type,
    nullable: true,
    description,
    resolve: (query, change, _args, { entityReads, upcoming = () => [] }) =>
      entityReads.find(type.modelName, query, id(change), { change, upcoming, idsOf: ids }) as never,
  });
}

/** The UUID under a key of a change's payload (`from`, `to`), or of the row in it. */
export function uuidIn(values: unknown, key: string): string | undefined {
  const value = (values as Record<string, unknown>)[key];
  return typeof value === 'string' ? parseGlobalId(value)?.uuid : undefined;
}
