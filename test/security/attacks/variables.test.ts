/** Variables with thousands of faults: the server reports one error, and other clients do not wait. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget, type Target } from '../../support/attack/target.ts';
import { type Body, postText, type Refused, WAYS } from '../../support/attack/ways.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target[Symbol.asyncDispose]());

const REQUESTS = 3;
/** Nearly a megabyte, the limit of a request. */
const KEYS = 40_000;

const unknownKeys = Object.fromEntries(Array.from({ length: KEYS }, (_, n) => [`unknown${n}`, n]));

const BODIES: Record<string, Body> = {
  'thousands of unknown keys in a mutation': {
    query:
      'mutation Attack($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }',
    variables: { input: unknownKeys },
  },
  'thousands of bad values in a list': {
    query: 'query Attack($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: Array.from({ length: KEYS }, () => ({ a: 1 })) },
  },
  'a bad value of almost a megabyte': {
    query: 'query Attack($first: Int) { viewer { organizations(first: $first) { totalCount } } }',
    variables: { first: 'x'.repeat(900_000) },
  },
  'thousands of unknown keys in a subscription': {
    query:
      'subscription Attack($types: [ChangeType!]) { changes(organizationId: "x", types: $types) { cursor } }',
    variables: { types: [unknownKeys] },
  },
};

describe.each(Object.keys(BODIES))('%s', (name) => {
  it.each(Object.keys(WAYS))('sent over %s get one error with a short message', async (way) => {
    const body = BODIES[name] as Body;
    const refused: Refused[][] = [];
    await target.withstands(async () => {
      for (let n = 0; n < REQUESTS; n += 1) refused.push((await WAYS[way]?.(target, body)) ?? []);
    });
    expect(refused.length).toBe(REQUESTS);
    for (const errors of refused) {
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
      expect(errors[0]?.message.length).toBeLessThanOrEqual(1_024);
    }
  });
});

it.each([
  ['half a million numbers', `[${'0,'.repeat(480_000)}1e400]`],
  ['numbers that are all inexact', `[${'1e400,'.repeat(160_000)}1e400]`],
  ['one number of almost a megabyte', `[${'9'.repeat(960_000)}]`],
  ['strings of escaped quotes, which are cut off', `["1e400${'\\"'.repeat(480_000)}`],
])('a body with %s is refused', async (_, ids) => {
  const query = 'query Attack($ids: [ID!]!) { nodes(ids: $ids) { id } }';
  const codes: string[] = [];
  await target.withstands(async () => {
    for (let n = 0; n < REQUESTS; n += 1) {
      const body = `{"query":${JSON.stringify(query)},"variables":{"ids":${ids}}}`;
      const { errors } = JSON.parse(await postText(target, body, 'application/json'));
      codes.push(...errors.map(({ extensions }: Refused) => extensions.code));
    }
  });
  expect(codes).toHaveLength(REQUESTS);
  expect(new Set(codes)).toEqual(new Set([ids.endsWith(']') ? 'BAD_USER_INPUT' : 'BAD_REQUEST']));
});
