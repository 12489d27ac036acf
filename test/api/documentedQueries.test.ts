/** The queries of the documentation, as they are printed: against the demo, each takes exactly these statements. */
import { globSync, readFileSync } from 'node:fs';
import { type DocumentNode, type OperationDefinitionNode, parse } from 'graphql';
import { seed } from '../../prisma/seed.ts';
import { demoPullRequests } from '../../src/github/demo.ts';
import { countStatements } from '../support/statements.ts';
import { expect, test } from '../support/test.ts';

/** By page, in their order. One of the statements authenticates. */
const STATEMENTS: Record<string, number[]> = {
  'README.md': [3],
  'docs/api.md': [3, 2],
  'docs/board.md': [3],
};

const VARIABLES = { slug: 'demo' };

const isQuery = ({ definitions: [definition] }: DocumentNode) =>
  (definition as OperationDefinitionNode).operation === 'query';

/** An example with an ellipsis is no document. One with two operations is a sequence. */
function parsed(text: string): DocumentNode[] {
  try {
    const document = parse(text);
    return document.definitions.length === 1 ? [document] : [];
  } catch {
    return [];
  }
}

const queries = Object.fromEntries(
  ['README.md', ...globSync('docs/*.md').toSorted()].flatMap((page) => {
    const text = readFileSync(page, 'utf8');
    const examples = [...text.matchAll(/```graphql\n([\s\S]*?)```|"query": (".*")/g)].map(
      ([, block, json]) => block ?? JSON.parse(json ?? ''),
    );
    const found = examples.filter((example) => parsed(example).some(isQuery));
    return found.length > 0 ? [[page, found] as const] : [];
  }),
);

const it = test
  .extend('config', { scope: 'file' }, { scm: 'demo' })
  .extend(
    'token',
    { scope: 'file', auto: true },
    async ({ app }) =>
      (await seed(app.app.db, { pullRequestSource: demoPullRequests(), hasDemoPullRequests: true })) ?? '',
  );

it('each query of the documentation is counted', () => {
  const found = Object.entries(queries).map(([page, { length }]) => [page, length]);
  expect(found).toEqual(Object.entries(STATEMENTS).map(([page, { length }]) => [page, length]));
});

it.for(Object.keys(STATEMENTS))('the queries of %s', async (page, { app, token, database }) => {
  const send = async (query: string) => (await app.client(token).raw({ query, variables: VARIABLES })).json();
  const taken: number[] = [];
  for (const query of queries[page] ?? []) {
    // The first request of a minute also notes that the token was used.
    expect(await send(query)).not.toHaveProperty('errors');
    const counted = countStatements(database.url);
    await send(query);
    counted.stop();
    expect(counted.authentications()).toBe(1);
    taken.push(counted.authentications() + counted.count());
  }
  expect(taken).toEqual(STATEMENTS[page]);
});
