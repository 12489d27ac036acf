/** Reads something for many objects with one statement. */
import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import stringify from 'safe-stable-stringify';
import type { Context } from '../../context.ts';

/**
 * A resolver's read that is no relation of Prisma's, such as a count by group. Objects whose fields are resolved at the
 * same time with the same arguments are read together, and an object that occurs several times is read once.
 *
 * @param read returns the value of each UUID
 */
export function setwise<Args extends object, Value>(
  read: (
    uuids: readonly string[],
    args: Args,
    context: Context,
  ) => Promise<(uuid: string) => Value | Promise<Value>>,
) {
  const loadersOf = createContextCache(() => new Map<string, DataLoader<string, Value>>());
  return (uuid: string, args: Args, context: Context): Promise<Value> => {
    const loaders = loadersOf(context);
    const key = stringify(args);
    const loader =
      loaders.get(key) ??
      new DataLoader<string, Value>(
        async (uuids) => {
          const distinct = [...new Set(uuids)];
          const valueFor = await read(distinct, args, context);
          const values = new Map(distinct.map((each) => [each, valueFor(each)]));
          return uuids.map((each) => values.get(each)) as Value[];
        },
        // The next field of a mutation may change what was read.
        { cache: false },
      );
    loaders.set(key, loader);
    return loader.load(uuid);
  };
}
