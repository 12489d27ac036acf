/** Every rule that the database holds refuses what violates it, and docs/invariants.md lists it. */
import { openPsql } from '../support/psql.ts';
import { test as base, expect } from '../support/test.ts';
import { namelessRefusals, rulesOf } from './catalog.ts';
import { furnishedDatabase } from './furnished.ts';
import { pageLines } from './page.ts';
import { REQUESTS } from './requests.ts';
import { violate } from './violate.ts';

const it = base
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's dependencies from this pattern.
  .extend('furnished', { scope: 'file' }, async ({}, { onCleanup }) => {
    const database = await furnishedDatabase();
    onCleanup(database.drop);
    return database;
  })
  /** A connection to the furnished database. */
  .extend('sql', { scope: 'file' }, async ({ furnished }, { onCleanup }) => {
    const sql = await openPsql(furnished.url);
    onCleanup(sql.close);
    return sql;
  })
  .extend('rules', { scope: 'file' }, ({ sql }) => rulesOf(sql));

it('every rule is named once, and holds for every row and every writer', ({ rules }) => {
  expect(rules.filter(({ isHeld }) => !isHeld)).toEqual([]);
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
});

it('docs/invariants.md lists exactly the rules of the catalog, each under a table that it guards', ({
  rules,
}) => {
  const lines = pageLines();
  expect(lines.map(({ name }) => name).toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
  const misplaced = lines.filter(
    ({ name, table }) => !rules.find((rule) => rule.name === name)?.tables.includes(table),
  );
  expect(misplaced).toEqual([]);
});

it('docs/invariants.md names the answer to each request that would violate a rule', () => {
  const named = pageLines().flatMap(({ name, answer }) => (answer ? [[name, answer] as const] : []));
  const requested = Object.entries(REQUESTS).map(
    ([name, { answer }]) => [name, answer.endsWith('Payload') ? 'no error' : answer] as const,
  );
  expect(Object.fromEntries(named)).toEqual(Object.fromEntries(requested));
});

it('every trigger that refuses a statement names the violated rule', async ({ sql }) => {
  expect(await namelessRefusals(sql)).toEqual([]);
});

it('every rule refuses a statement that violates it', async ({ sql, rules }) => {
  await sql('BEGIN');
  const refusals: Record<string, string> = {};
  for (const rule of rules) refusals[rule.name] = await violate(sql, rule);
  await sql('ROLLBACK');
  expect(refusals).toEqual(Object.fromEntries(rules.map(({ name }) => [name, name])));
});
