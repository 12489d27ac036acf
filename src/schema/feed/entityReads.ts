/** Reads the objects that events are about. One read serves all changes that lie ahead, and all subscribers. */
import { LRUCache } from 'lru-cache';
import stringify from 'safe-stable-stringify';
import type { Database } from '../../db.ts';
import type { Change } from '../../feed/log/change.ts';
import { isTooLarge, type RunningLimits, startOperation } from '../../operation.ts';
import { model } from '../kit/model.ts';

export type EntityReads = {
  /**
   * Returns an object that the change is about, at least as new as the change; null if it was deleted.
   *
   * @param modelName the model's name in the Prisma schema.
   * @param query the Prisma arguments that select the object's fields.
   * @param upcoming the changes that will be delivered next.
   * @param idsOf returns the UUIDs of all objects of this model that a change is about.
   */
  find(
    modelName: string,
    query: object,
    id: string | undefined,
    about: {
      change: Change;
      upcoming: () => readonly Change[];
      idsOf: (change: Change) => (string | undefined)[];
    },
  ): Promise<{ id: string } | null>;
};

/** One read. It serves every change up to the position `upTo`, because those were committed when the read began. */
type Read = { upTo: number; ids: ReadonlySet<string>; rows: Promise<Map<string, { id: string }>> };

/** The reads that are kept. Each holds at most as many objects as there were changes ahead. */
const MAX_READS = 200;

/** @param limits of one read, which several operations share: it does not end with one of them. */
export function createEntityReads(db: Pick<Database, 'prisma'>, limits: RunningLimits): EntityReads {
  const reads = new LRUCache<string, Read>({ max: MAX_READS });

  function read(modelName: string, query: { select?: object }, organizationId: string, ids: Set<string>) {
    const select = query.select && { ...query.select, id: true };
    // Limited to the organization of the change, because a payload written by another program may name ids of any.
    const where = { organizationId, id: { in: [...ids] } };
    const args = { ...query, ...(select && { select }), where };
    const operation = startOperation(limits);
    return operation
      .run(async () => await model(db, modelName).findMany(args))
      .then((rows) => new Map(rows.map((row) => [row.id, row])))
      .catch((error) => {
        throw operation.signal.reason ?? error;
      })
      .finally(operation.end);
  }

  return {
    async find(modelName, query, id, { change, upcoming, idsOf }) {
      if (id === undefined) return null;
      const { organizationId, position } = change;
      const key = `${organizationId} ${modelName} ${stringify(query)}`;
      const known = reads.get(key);
      if (known && known.upTo >= position && known.ids.has(id)) return (await known.rows).get(id) ?? null;

      const changes = [change, ...upcoming()];
      const ids = new Set(changes.flatMap(idsOf).filter((each) => each !== undefined)).add(id);
      const upTo = Math.max(...changes.map((each) => each.position));
      const made: Read = { upTo, ids, rows: read(modelName, query, organizationId, ids) };
      reads.set(key, made);
      // Removed, so that the next caller does not get the same failure.
      made.rows.catch(() => reads.peek(key) === made && reads.delete(key));
      const rows = await made.rows.catch((error) => {
        if (ids.size === 1 || !isTooLarge(error)) throw error;
        return read(modelName, query, organizationId, new Set([id]));
      });
      return rows.get(id) ?? null;
    },
  };
}
