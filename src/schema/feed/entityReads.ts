/** Reads the objects that events are about: once for all changes that lie ahead, and for all subscribers. */
import { LRUCache } from 'lru-cache';
import stringify from 'safe-stable-stringify';
import type { Database } from '../../db.ts';
import type { Change } from '../../feed/log/change.ts';
import { model } from '../kit/model.ts';

export type EntityReads = {
  /**
   * An object that the change is about, at least as new as the change; null when it is gone.
   *
   * @param modelName as the Prisma schema writes it.
   * @param query the Prisma arguments that select its fields.
   * @param upcoming the changes that will be delivered next.
   * @param idsOf the UUIDs of all such objects that a change is about.
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

/** One read. It serves every change up to a position: those were committed when it began. */
type Read = { upTo: number; ids: ReadonlySet<string>; rows: Promise<Map<string, { id: string }>> };

/** Each holds as many objects as there were changes ahead. */
const MAX_READS = 200;

export function createEntityReads(db: Pick<Database, 'prisma'>): EntityReads {
  const reads = new LRUCache<string, Read>({ max: MAX_READS });

  function read(modelName: string, query: { select?: object }, organizationId: string, ids: Set<string>) {
    const select = query.select && { ...query.select, id: true };
    // The organization is the change's own: a payload may name ids of any organization.
    const where = { organizationId, id: { in: [...ids] } };
    return model(db, modelName)
      .findMany({ ...query, ...(select && { select }), where })
      .then((rows) => new Map(rows.map((row) => [row.id, row])));
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
      // A failed read must not be shared with those who ask again.
      made.rows.catch(() => reads.peek(key) === made && reads.delete(key));
      return (await made.rows).get(id) ?? null;
    },
  };
}
