/** Fields of an event that return the objects it is about. */
import type { PrismaModelTypes, PrismaObjectRef } from '@pothos/plugin-prisma';
import type { Change } from '../../feed/log/change.ts';
import { parseGlobalId } from '../../value/globalId.ts';
import type { EventFields } from './liveNoun.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the builder's types are, a ref says which model it is of.
type EntityRef = PrismaObjectRef<any, PrismaModelTypes>;

type EntityOptions = {
  type: EntityRef;
  description: string;
  /** Returns the object's UUID. Default: the UUID of the changed row. */
  id?: (change: Change) => string | undefined;
  /** Returns the UUIDs of all objects of this type that a change is about, so that the event's fields share one read. */
  ids?: (change: Change) => (string | undefined)[];
};

/** A field whose object is read when the event is delivered. It is at least as new as the event, and null if deleted. */
export function entityField(
  t: EventFields,
  { type, description, id = ({ entityId }) => entityId, ids = (change) => [id(change)] }: EntityOptions,
) {
  return t.prismaField({
    type,
    nullable: true,
    description,
    resolve: async (query, change, _args, { objects }) => {
      if (!objects) throw new Error('An event was executed without its objects.');
      return (await objects.find({ modelName: type.modelName, query, idsOf: ids }, id(change))) as never;
    },
  });
}

/** The UUID under a key of a change's payload (`from`, `to`), or of the `row` in the payload. */
export function uuidIn(values: unknown, key: string): string | undefined {
  const value = (values as Record<string, unknown>)[key];
  return typeof value === 'string' ? parseGlobalId(value)?.uuid : undefined;
}
