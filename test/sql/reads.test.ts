/** The statements that we compile for reads: they return what Prisma returns for the same arguments. */
import fc from 'fast-check';
import { TABLES } from '../../prisma/client/tables.ts';
import { type Database, openDatabase } from '../../src/database/db.ts';
import { findManyStatement } from '../../src/database/read/reads.ts';
import { furnish } from '../security/walk.ts';
import { expect, it, test } from '../support/test.ts';
import { MODELS, type Row, randomQuery, type Samples } from './randomReads.ts';

const reading = test.extend(
  'db',
  { scope: 'file' },
  async ({ sharedTeam, database, psql }, { onCleanup }) => {
    await furnish(sharedTeam, psql);
    for (let n = 0; n < 4; n += 1) await sharedTeam.spawn();
    const db = openDatabase(database.url);
    onCleanup(db.close);
    return db;
  },
);

type Find = Record<'findFirst' | 'count', (query: object) => Promise<unknown>> & {
  findMany(query: object): Promise<Row[]>;
};

const delegateOf = (client: Database['prisma'] | Database['reads'], model: string) =>
  client[TABLES[model]?.delegate as keyof Database['reads']] as unknown as Find;

reading('random selections, conditions and orders return the rows of Prisma', async ({ db }) => {
  const samples: Samples = new Map();
  for (const model of MODELS) samples.set(model, await delegateOf(db.prisma, model).findMany({ take: 20 }));
  const empty = MODELS.filter((model) => samples.get(model)?.length === 0);
  expect(empty.length).toBeLessThan(MODELS.length / 3);

  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...MODELS), fc.gen(), async (model, g) => {
      const query = randomQuery(g, model, samples);
      // Prisma would read what is not compiled.
      expect(() => findManyStatement(model, query)).not.toThrow();
      const rows = await delegateOf(db.reads, model).findMany(query);
      expect(rows).toStrictEqual(await delegateOf(db.prisma, model).findMany(query));
    }),
    { numRuns: 200 },
  );
});

const byNumber = { orderBy: { num: 'asc' } };
reading.for([
  ['findFirst', 'findFirst', { where: { isTerminated: false }, orderBy: { num: 'desc' } }],
  ['findFirst without a row', 'findFirst', { where: { num: -1 } }],
  ['findFirst of the last row', 'findFirst', { ...byNumber, take: -1 }],
  ['count', 'count', { where: { isTerminated: false, project: { slug: 'rocket' } } }],
  ['count of all', 'count', {}],
  [
    'include',
    'findMany',
    { ...byNumber, include: { agent: true, pullRequests: { orderBy: { id: 'asc' } } } },
  ],
  ['counts of lists', 'findMany', { ...byNumber, include: { _count: { select: { pullRequests: true } } } }],
  ['counts of all lists', 'findMany', { ...byNumber, include: { _count: true } }],
  ['the last rows', 'findMany', { ...byNumber, take: -2 }],
  ['the last rows without an order', 'findMany', { take: -2 }],
  ['isNot: null', 'findMany', { ...byNumber, where: { standing: { isNot: null } } }],
  ['isNot: null with a key of several columns', 'count', { where: { agent: { isNot: null } } }],
  ['is: null', 'count', { where: { standing: { is: null } } }],
  ['null', 'count', { where: { standing: null } }],
  ['null with a key of several columns', 'count', { where: { agent: null } }],
  [
    'a related row that may be missing',
    'findMany',
    { ...byNumber, select: { agent: { select: { id: true } } } },
  ],
  [
    'undefined',
    'findMany',
    {
      ...byNumber,
      where: {
        num: undefined,
        agent: undefined,
        project: { name: undefined, is: undefined },
        AND: undefined,
      },
      select: { num: true, id: undefined, agent: undefined },
      take: undefined,
    },
  ],
] as const)('%s returns what Prisma returns', async ([, method, query], { db }) => {
  const [reads, prisma] = [delegateOf(db.reads, 'Session'), delegateOf(db.prisma, 'Session')];
  expect(await prisma.count({})).toBeGreaterThan(3);
  expect(await reads[method](query)).toStrictEqual(await prisma[method](query));
});

reading('all columns of every model are read as Prisma reads them', async ({ db }) => {
  for (const model of MODELS) {
    const query = { orderBy: { id: 'asc' } };
    const rows = await delegateOf(db.reads, model).findMany(query);
    expect(rows).toStrictEqual(await delegateOf(db.prisma, model).findMany(query));
  }
});

it('a list of any length is sent as one statement', () => {
  const textOf = (ids: string[]) => findManyStatement('Session', { where: { id: { in: ids } } }).text;
  expect(textOf(['a', 'b', 'c'])).toBe(textOf([]));
});

it.for([
  ['a filter', { where: { name: { contains: 'x' } } }],
  ['an argument', { distinct: ['name'] }],
  ['an order', { orderBy: { failure: { sort: 'asc', nulls: 'last' } } }],
  ['an empty condition in `OR`', { where: { OR: [{}] } }],
  ['counts of all lists', { include: { _count: true } }],
  ['the last rows without an order', { take: -1 }],
])('%s that the compiler does not know is left to Prisma', ([, query]) => {
  expect(() => findManyStatement('Agent', query as object)).toThrow('Not compiled');
});
