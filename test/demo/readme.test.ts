/** The examples of the README, as they are printed, against the demo. */
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { seed } from '../../prisma/seed.ts';
import { demoPullRequests } from '../../src/github/demo.ts';
import { expect, test } from '../support/test.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const EXAMPLES = [...README.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, document = '']) => {
  const [definition] = parse(document).definitions;
  const operation = definition && 'operation' in definition ? definition.operation : 'fragment';
  return { document, operation };
});

const it = test
  .extend('config', { scope: 'file' }, { scm: 'demo' })
  .extend(
    'token',
    { scope: 'file', auto: true },
    async ({ app }) =>
      (await seed(app.app.db, { pullRequestSource: demoPullRequests(), hasDemoPullRequests: true })) ?? '',
  );

const firstLine = (document: string) => document.split('\n')[1]?.trim();

it('the README has examples of each kind of operation', () => {
  expect(new Set(EXAMPLES.map(({ operation }) => operation))).toEqual(
    new Set(['query', 'mutation', 'subscription']),
  );
});

it.for(
  EXAMPLES.filter(({ operation }) => operation !== 'subscription').map(
    ({ document }) => [firstLine(document), document] as const,
  ),
)('the example %s works', async ([_, document], { app, token }) => {
  const answer = await (await app.client(token).raw({ query: document })).json();
  expect(answer).not.toHaveProperty('errors');
  const [result] = Object.values((answer as { data: Record<string, object> }).data);
  // A payload has no code: those are the errors of the union.
  expect(result).not.toHaveProperty('code');
});

it.for(
  EXAMPLES.filter(({ operation }) => operation === 'subscription').map(
    ({ document }) => [firstLine(document), document] as const,
  ),
)('the example %s is live', async ([_, query], { app, token }) => {
  const aborted = new AbortController();
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query }),
    signal: aborted.signal,
  });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    // The first heartbeat says that the subscription is live.
    if (/^id: \S+$/m.test(text)) break;
    expect(text).not.toContain('"errors"');
  }
  aborted.abort();
});
