/** The things that events are about, read once for all events that lie ahead and for all who hear of them. */
import stringify from 'safe-stable-stringify';
import type { Database } from '../../db.ts';
import type { Change } from '../../feed/log/change.ts';

export type NounModel = 'agent' | 'pullRequest' | 'pullRequestCheck' | 'pullRequestReviewThread' | 'session';

export type Nouns = {
  /**
   * A thing that the change is about, at least as new as the change; null when it is gone.
   *
   * @param query what to read of it.
   * @param idsOf UUIDs of such things that a change is about.
   * @param ahead finds changes that are about to be asked for.
   */
  find(
    model: NounModel,
    query: object,
    id: string | undefined,
    about: {
      change: Change;
      ahead: () => readonly Change[];
      idsOf: (change: Change) => (string | undefined)[];
    },
  ): Promise<{ id: string } | null>;
};

/** One read: good for every event that was committed when it began. */
type Read = { upTo: number; ids: ReadonlySet<string>; rows: Promise<Map<string, { id: string }>> };

type Delegate = { findMany(args: object): Promise<{ id: string }[]> };

/** Reads that are kept, each of as many things as there were changes ahead. */
const MAX_READS = 200;

export function createNouns({ prisma }: Pick<Database, 'prisma'>): Nouns {
  const reads = new Map<string, Read>();

  function read(model: NounModel, query: { select?: object }, organizationId: string, ids: Set<string>) {
    const select = query.select && { ...query.select, id: true };
    // Only of the change's own organization, whatever its payload says.
    const where = { organizationId, id: { in: [...ids] } };
    return (prisma[model] as unknown as Delegate)
      .findMany({ ...query, ...(select && { select }), where })
      .then((rows) => new Map(rows.map((row) => [row.id, row])));
  }

  return {
    async find(model, query, id, { change, ahead, idsOf }) {
      if (id === undefined) return null;
      const { organizationId, position } = change;
      const key = `${organizationId} ${model} ${stringify(query)}`;
      let known = reads.get(key);
      if (!known || known.upTo < position || !known.ids.has(id)) {
        const changes = [change, ...ahead()];
        const ids = new Set(changes.flatMap(idsOf).filter((each) => each !== undefined)).add(id);
        const upTo = Math.max(...changes.map((each) => each.position));
        known = { upTo, ids, rows: read(model, query, organizationId, ids) };
        reads.delete(key);
        reads.set(key, known);
        const [oldest] = reads.keys();
        if (reads.size > MAX_READS && oldest !== undefined) reads.delete(oldest);
        // What failed is asked anew.
        const failed = known;
        known.rows.catch(() => reads.get(key) === failed && reads.delete(key));
      }
      return (await known.rows).get(id) ?? null;
    },
  };
}
