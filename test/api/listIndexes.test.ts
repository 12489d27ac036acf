/** An index delivers the order of each list of a row that may be long. */
import type { GraphQLField } from 'graphql';
import { getDatamodel } from '../../prisma/client/pothos.ts';
import { columnsOf, type Order } from '../../src/schema/kit/list/order.ts';
import { connections, fieldsOf, namedTypeOf, objectTypes } from '../schema/shape.ts';
import { expect, it } from '../support/test.ts';

type ListField = GraphQLField<unknown, unknown> & { of: string };
type Relation = { relationName: string; type: string };
type Model = {
  fields: { relationName?: string; relationFromFields?: string[]; type: string }[];
};

const models = getDatamodel().datamodel.models as unknown as Record<string, Model>;
const snakeCase = (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase();

const lists = objectTypes
  .flatMap((type) => fieldsOf(type))
  .filter((field) => connections.some((connection) => connection === namedTypeOf(field)))
  .filter(({ extensions }) => extensions.pothosPrismaRelationField);

/** The lists that are short by nature, and those of what waits, whose reads are measured (board/pageReads.test.ts). */
const OTHERS = [
  'Classifier.versions',
  'Installation.items',
  'Organization.members',
  'Organization.needsMe',
  'Organization.orphanedPullRequests',
  'Organization.workspaces',
  'PullRequest.failingChecks',
  'PullRequest.latestReviews',
  'Template.releases',
  'Watcher.versions',
  'Workspace.children',
];

const title = ({ of, name }: ListField) => `${of}.${name}`;

it('the lists that need no such index are lists of the schema', () => {
  expect(lists.map(title)).toEqual(expect.arrayContaining(OTHERS));
});

it.for(lists.filter((list) => !OTHERS.includes(title(list))).map((list) => [title(list), list] as const))(
  '%s',
  async ([, { extensions, args: defined }], { psql }) => {
    const { relationName, type: table } = extensions.pothosPrismaRelationField as Relation;
    const foreign = models[table]?.fields.find(
      (each) => each.relationName === relationName && each.relationFromFields?.length,
    );
    const relation = (foreign?.relationFromFields ?? []).map(snakeCase);
    const args = Object.fromEntries(defined.map(({ name, defaultValue }) => [name, defaultValue]));
    const [first] = columnsOf((extensions.listOrder as (args: object) => Order)(args));
    const indexes = await psql<{ columns: string[] }>(
      `SELECT array_agg(a.attname::text ORDER BY n) AS columns
         FROM pg_index i
         JOIN unnest(i.indkey) WITH ORDINALITY AS key(attnum, n) ON true
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.attnum
        WHERE i.indrelid = to_regclass($1) AND i.indpred IS NULL
        GROUP BY i.indexrelid`,
      [snakeCase(table)],
    );
    // Rows that are equal in the first column of the order are few, and PostgreSQL sorts them as it reads them.
    const isIndexed = indexes.some(({ columns }) => {
      const begin = columns.findIndex((column) => !relation.includes(column));
      return begin > 0 && columns[begin] === snakeCase(first?.field ?? '');
    });
    expect({ table, relation, first, indexes, isIndexed }).toMatchObject({ isIndexed: true });
  },
);
