/** Documents of the largest size that is parsed: the server refuses each quickly, and repeats little of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget, type Target } from '../../support/attack/target.ts';
import { type Refused, WAYS } from '../../support/attack/ways.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target[Symbol.asyncDispose]());

const REQUESTS = 5;
/** The limit of a document is 100,000 characters and 2,000 tokens. */
const LONG = 'x'.repeat(99_000);
const times = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');

const DOCUMENTS: Record<string, (n: number) => string> = {
  'a literal of 99,000 characters where a number belongs': (n) =>
    `query Q${n} { viewer { organizations(first: "${LONG}") { totalCount } } }`,
  'a literal of 99,000 characters where an enum value belongs': (n) =>
    `query Q${n} { viewer { organizations { nodes { sessions(lane: "${LONG}") { totalCount } } } } }`,
  'an enum value of 99,000 letters': (n) =>
    `query Q${n} { viewer { organizations { nodes { sessions(lane: ${LONG}) { totalCount } } } } }`,
  'a list of a thousand objects where ids belong': (n) =>
    `query Q${n} { nodes(ids: [${times(390, (each) => `{a${each}: 1}`)}]) { id } }`,
  'hundreds of long unknown keys in an input': (n) =>
    `mutation Q${n} { createOrganization(input: {${times(600, (each) => `unknown${each}${'y'.repeat(140)}: 1`)}}) { __typename } }`,
  'two thousand unknown fields': (n) => `query Q${n} { ${times(1_900, (each) => `unknownField${each}`)} }`,
  'an unknown field of 99,000 letters': (n) => `query Q${n} { ${LONG} }`,
  'an unknown type of 99,000 letters': (n) => `query Q${n}($a: ${LONG}) { viewer { id } }`,
  'an unknown directive on every field': (n) =>
    `query Q${n} { ${times(600, (each) => `a${each}: viewer @d${each}`)} }`,
  'two thousand equal fields, which are compared in pairs': (n) =>
    `query Q${n} { viewer { ${times(1_900, () => 'name')} } }`,
  'hundreds of conflicting fields, which are compared in pairs': (n) =>
    `query Q${n} { ${times(190, (each) => `a: nodes(ids: ["${each}"]) { id }`)} }`,
  'hundreds of fragments that spread each other': (n) =>
    `query Q${n} { ...F0 } ${times(200, (each) => `fragment F${each} on Query { ...F${each + 1} viewer { id } }`)} fragment F200 on Query { ...F0 }`,
  'a syntax error after 99,000 characters': (n) => `query Q${n} { viewer(a: "${LONG}" ! ) }`,
  'a name of 99,000 letters for the operation': (n) => `query Q${n}${LONG.slice(100)} { nope }`,
};

describe.each(Object.keys(DOCUMENTS))('%s', (name) => {
  it.each(Object.keys(WAYS))('sent over %s is refused with short messages', async (way) => {
    const refused: Refused[][] = [];
    await target.withstands(async () => {
      for (let n = 0; n < REQUESTS; n += 1) {
        // Each is another document, so none is answered from the cache.
        const query = DOCUMENTS[name]?.(n) ?? '';
        refused.push((await WAYS[way]?.(target, { query })) ?? []);
      }
    });
    expect(refused.length).toBe(REQUESTS);
    for (const errors of refused) {
      expect(errors.length).toBeGreaterThan(0);
      for (const { message, extensions } of errors) {
        expect(message.length).toBeLessThanOrEqual(1_024);
        expect(extensions.code).toMatch(/^(GRAPHQL_|BAD_USER_INPUT|QUERY_TOO_COMPLEX)/);
      }
      expect(JSON.stringify(errors).length).toBeLessThan(200_000);
    }
  });
});
