/** Answers without bounds: the server reads no more than the limit, and ends what no client waits for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget, type Target } from '../../support/attack/target.ts';
import { openPsql } from '../../support/psql.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
  await using psql = await openPsql(target.databaseUrl);
  // Quotas would keep an attacker from writing this through the API.
  await psql('SET session_replication_role = replica');
  await psql(
    `INSERT INTO agent (organization_id, name, role, hired_by_id)
     SELECT personal_organization_id, 'agent ' || n, 'hoarder', id FROM "user", generate_series(1, $1) n`,
    [AGENTS],
  );
  await psql(
    `INSERT INTO agent_memory (organization_id, agent_id, key, value)
     SELECT organization_id, id, 'key ' || n, repeat('x', 65536) FROM agent, generate_series(1, $1) n`,
    [MEMORIES],
  );
});
afterAll(() => target[Symbol.asyncDispose]());

const AGENTS = 15;
const MEMORIES = 100;
const REQUESTS = 10;

/** Within the cost that an operation may have, and about 100 MB. */
const HOARD = `{ viewer { organizations { nodes {
  agents(first: ${AGENTS}) { nodes { memory(first: ${MEMORIES - 2}) { nodes { value } } } } } } } }`.replace(
  'organizations',
  'organizations(first: 1)',
);

async function post(query: string, signal?: AbortSignal): Promise<Response> {
  return await fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal,
  });
}

async function codeOf(query: string): Promise<string> {
  const { errors } = await (await post(query)).json();
  return errors[0].extensions.code;
}

describe('an answer of 100 MB', () => {
  it('asked for again and again is refused', async () => {
    await target.withstands(async () => {
      for (let n = 0; n < REQUESTS; n += 1) expect(await codeOf(HOARD)).toBe('ANSWER_TOO_LARGE');
    });
  });

  it('asked for several times at once is refused', async () => {
    await target.withstands(async () => {
      const codes = await Promise.all(Array.from({ length: 4 }, () => codeOf(HOARD)));
      expect(new Set(codes)).toEqual(new Set(['ANSWER_TOO_LARGE']));
    });
  });
});

it('clients that leave without waiting for their answers', async () => {
  await target.withstands(async () => {
    for (let n = 0; n < 5; n += 1) {
      const leaving = new AbortController();
      const answers = Array.from({ length: 20 }, () => post(HOARD, leaving.signal).catch(() => undefined));
      await fetch(`${target.url}/healthz`);
      leaving.abort();
      await Promise.all(answers);
    }
  });
});
