/** Reads objects of several types at one moment of the database. */
import stringify from 'safe-stable-stringify';
import type { Prisma } from '../../../prisma/client/client.ts';
import type { Database } from '../../database/db.ts';
import { type RunningLimits, startOperation } from '../../load/operation.ts';
import { model, type Row } from '../kit/model.ts';

/** Fields of objects of one type, in one organization. */
export type Selection = {
  organizationId: string;
  /** The model's name in the Prisma schema. */
  modelName: string;
  /** The Prisma arguments that select the fields. */
  query: { select?: unknown };
};

export function keyOf({ organizationId, modelName, query }: Selection): string {
  return `${organizationId} ${modelName} ${stringify(query)}`;
}

/** The UUIDs of the objects to read, by the key of their selection. */
export type Wanted = Map<string, { selection: Selection; ids: Set<string> }>;

export type Rows = Map<string, Map<string, Row>>;

/** @param limits of the read, which several operations share: it does not end with one of them. */
export async function readAtOnce(
  { prisma, reads }: Pick<Database, 'prisma' | 'reads'>,
  wanted: Wanted,
  limits: RunningLimits,
): Promise<Rows> {
  const operation = startOperation(limits);
  const readsBy = (client: Database['reads']) =>
    [...wanted.values()].map(({ selection, ids }) => readOf(client, selection, ids));
  try {
    const found = await operation.run(async () =>
      // One statement has one snapshot by itself.
      wanted.size === 1
        ? await Promise.all(readsBy(reads))
        : await prisma.$transaction(readsBy(prisma), { isolationLevel: 'RepeatableRead' }),
    );
    return new Map(
      [...wanted.keys()].map((key, index) => [
        key,
        new Map((found[index] as Row[]).map((row) => [row.id, row])),
      ]),
    );
  } catch (error) {
    throw operation.signal.reason ?? error;
  } finally {
    operation.end();
  }
}

function readOf(
  reads: Database['reads'],
  { organizationId, modelName, query }: Selection,
  ids: ReadonlySet<string>,
): Prisma.PrismaPromise<Row[]> {
  const select = query.select ? { ...query.select, id: true } : undefined;
  // Limited to the organization of the change, because a payload written by another program may name ids of any.
  const where = { organizationId, id: { in: [...ids] } };
  const args = { ...query, ...(select && { select }), where };
  return model({ reads }, modelName).findMany(args) as Prisma.PrismaPromise<Row[]>;
}
