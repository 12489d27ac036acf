/** The quotas of an organization and of what its agents write: they hold however many mutations run at once. */
import { graphql } from '../../graphql/gql.ts';
import type { Client } from '../../support/client.ts';
import { HireAgent } from '../../support/mutations.ts';
import { payloadOf, refused } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, test } from '../../support/test.ts';

const QUOTAS = {
  agents: 5,
  tokens: 6,
  agentMemories: 4,
  agentMemoryBytes: 100,
  agentActionsPerDay: 7,
  agentActionBytesPerDay: 400,
  agentRefusalsPerMinute: 3,
};

const it = test
  .extend('config', { scope: 'file' }, { quotas: QUOTAS })
  .extend('robin', async ({ team }) => await team.hire());

const Hire = graphql(`
  mutation HireWithinQuota($organizationId: ID!, $name: String!) {
    hireAgent(input: { organizationId: $organizationId, name: $name, role: "worker" }) {
      __typename
      ... on UserError {
        code
        message
      }
      ... on QuotaExceededError {
        quota
        limit
      }
    }
  }
`);

const Import = graphql(`
  mutation ImportWithinQuota($organizationId: ID!, $yaml: String!) {
    importOrg(input: { organizationId: $organizationId, source: { yaml: $yaml } }) {
      __typename
      ... on QuotaExceededError {
        code
        message
        quota
        limit
      }
    }
  }
`);

const NewToken = graphql(`
  mutation TokenWithinQuota($organizationId: ID!) {
    createToken(input: { organizationId: $organizationId, label: "more" }) {
      __typename
      ... on QuotaExceededError {
        code
        message
        quota
        limit
      }
    }
  }
`);

const Put = graphql(`
  mutation PutWithinQuota($agentId: ID!, $key: String!, $value: String!) {
    putAgentMemory(input: { agentId: $agentId, key: $key, value: $value }) {
      __typename
      ... on QuotaExceededError {
        code
        message
        quota
        limit
      }
    }
  }
`);

const Log = graphql(`
  mutation LogWithinQuota($agentId: ID!, $metadata: JSON) {
    logAgentAction(input: { agentId: $agentId, action: "push", outcome: ALLOWED, metadata: $metadata }) {
      __typename
      ... on QuotaExceededError {
        code
        message
        quota
        limit
      }
    }
  }
`);

const Actions = graphql(`
  query ActionsWithinQuota($id: ID!) {
    node(id: $id) {
      ... on Agent {
        actions(first: 100) {
          nodes {
            action
            furtherRefusals
          }
        }
      }
    }
  }
`);

const TRIES = 20;

const tally = (names: unknown[]) =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));

const atOnce = <Result>(act: (at: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: TRIES }, (_, at) => act(at)));

const hire = async (by: Client, team: Team, name = 'Kim') =>
  (await by.query(Hire, { organizationId: team.id, name })).hireAgent;
const newToken = async (team: Team) =>
  (await team.owner.query(NewToken, { organizationId: team.id })).createToken;
const put = async (agent: Client & { id: string }, key: string, value: string) =>
  (await agent.query(Put, { agentId: agent.id, key, value })).putAgentMemory;
const log = async (agent: Client & { id: string }, metadata = {}) =>
  (await agent.query(Log, { agentId: agent.id, metadata })).logAgentAction;

describe('the quota of agents', () => {
  it('holds when many are hired at once, and an offboarded agent makes room', async ({ team }) => {
    const results = await atOnce(() => hire(team.owner, team));
    expect(tally(results.map((each) => each?.__typename))).toEqual({
      HireAgentPayload: 5,
      QuotaExceededError: 15,
    });
    expect(results.find((each) => each?.__typename === 'QuotaExceededError')).toEqual({
      __typename: 'QuotaExceededError',
      code: 'QUOTA_EXCEEDED',
      message: 'An organization may have 5 agents that are not offboarded.',
      quota: 'AGENTS',
      limit: 5,
    });
  });

  it('counts those of the same organization only, and offboarding makes room', async ({
    team,
    createTeam,
  }) => {
    const first = await team.employ();
    for (let at = 1; at < 5; at += 1) await team.employ();
    expect(await hire(team.owner, team)).toMatchObject({ quota: 'AGENTS' });
    const other = await createTeam(team.owner);
    expect(await hire(team.owner, other)).toMatchObject({ __typename: 'HireAgentPayload' });
    await team.offboard(first.id);
    expect(await hire(team.owner, team)).toMatchObject({ __typename: 'HireAgentPayload' });
  });

  it('refuses an import that would hire too many, and nothing of it is written', async ({ team, psql }) => {
    await team.employ();
    const yaml = `name: big\nworkspaces:\n${['a', 'b', 'c', 'd', 'e'].map((name) => `  - name: ${name}`).join('\n')}\n`;
    const { importOrg } = await team.owner.query(Import, { organizationId: team.id, yaml });
    expect(importOrg).toMatchObject({ quota: 'AGENTS', limit: 5 });
    const rows = await psql('SELECT FROM workspace WHERE organization_id = $1', [uuidOf(team.id)]);
    expect(rows).toEqual([]);
  });
});

describe('the quota of tokens', () => {
  it('holds when many are created at once, and a revoked token makes room', async ({ team, psql }) => {
    const results = await atOnce(() => newToken(team));
    expect(tally(results.map((each) => each?.__typename))).toEqual({
      CreateTokenPayload: 6,
      QuotaExceededError: 14,
    });
    expect(results.find((each) => each?.__typename === 'QuotaExceededError')).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      quota: 'TOKENS',
      limit: 6,
    });
    await psql(
      `UPDATE token SET revoked_at = now() WHERE id = (SELECT id FROM token WHERE organization_id = $1 LIMIT 1)`,
      [uuidOf(team.id)],
    );
    expect(await newToken(team)).toEqual({ __typename: 'CreateTokenPayload' });
  });
});

describe("the quotas of an agent's memory", () => {
  it('hold the number of keys when many are written at once', async ({ robin }) => {
    const results = await atOnce((at) => put(robin, `key ${at}`, 'x'));
    expect(tally(results.map((each) => each?.__typename))).toEqual({
      PutAgentMemoryPayload: 4,
      QuotaExceededError: 16,
    });
    expect(results.find((each) => each?.__typename === 'QuotaExceededError')).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      quota: 'AGENT_MEMORIES',
      limit: 4,
    });
  });

  it('hold the bytes of keys and values, and a shorter value makes room', async ({ robin }) => {
    expect(await put(robin, 'a', 'é'.repeat(40))).toEqual({ __typename: 'PutAgentMemoryPayload' });
    expect(await put(robin, 'b', 'x'.repeat(18))).toEqual({ __typename: 'PutAgentMemoryPayload' });
    expect(await put(robin, 'b', 'x'.repeat(19))).toMatchObject({ quota: 'AGENT_MEMORY_BYTES', limit: 100 });
    expect(await put(robin, 'c', '')).toMatchObject({ quota: 'AGENT_MEMORY_BYTES' });
    expect(await put(robin, 'a', 'x')).toEqual({ __typename: 'PutAgentMemoryPayload' });
    expect(await put(robin, 'b', 'x'.repeat(90))).toEqual({ __typename: 'PutAgentMemoryPayload' });
  });

  it('count what another program writes, and let a memory that is too large shrink', async ({
    robin,
    team,
    psql,
  }) => {
    await psql(
      `INSERT INTO agent_memory (organization_id, agent_id, key, value) VALUES ($1, $2, 'big', repeat('x', 500))`,
      [uuidOf(team.id), uuidOf(robin.id)],
    );
    expect(await put(robin, 'a', 'x')).toMatchObject({ quota: 'AGENT_MEMORY_BYTES' });
    expect(await put(robin, 'big', 'x'.repeat(400))).toEqual({ __typename: 'PutAgentMemoryPayload' });
    expect(await put(robin, 'big', 'x'.repeat(401))).toMatchObject({ quota: 'AGENT_MEMORY_BYTES' });
  });
});

describe("the quotas of an agent's action log", () => {
  it('hold the number of entries of a day when many are logged at once', async ({ robin, psql }) => {
    const results = await atOnce(() => log(robin));
    expect(tally(results.map((each) => each?.__typename))).toEqual({
      LogAgentActionPayload: 7,
      QuotaExceededError: 13,
    });
    expect(results.find((each) => each?.__typename === 'QuotaExceededError')).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      quota: 'AGENT_ACTIONS_PER_DAY',
      limit: 7,
    });
    await psql(`UPDATE agent_usage SET since = since - interval '1 day' WHERE agent_id = $1`, [
      uuidOf(robin.id),
    ]);
    expect(await log(robin)).toEqual({ __typename: 'LogAgentActionPayload' });
  });

  it('hold the bytes of the entries of a day', async ({ robin }) => {
    expect(await log(robin, { text: 'x'.repeat(300) })).toEqual({ __typename: 'LogAgentActionPayload' });
    expect(await log(robin, { text: 'x'.repeat(100) })).toMatchObject({
      quota: 'AGENT_ACTION_BYTES_PER_DAY',
      limit: 400,
    });
    expect(await log(robin, { text: 'x' })).toEqual({ __typename: 'LogAgentActionPayload' });
  });
});

describe('the refusals in an agent’s log', () => {
  const refusals = async (team: Team, agent: { id: string }) =>
    payloadOf((await team.owner.query(Actions, { id: agent.id })).node ?? {}, 'actions').actions.nodes;

  it('are listed up to a limit a minute, and the others are counted', async ({ team, robin }) => {
    const results = await atOnce(() => hire(robin, team));
    expect(results.map((each) => each && 'code' in each && each.code)).toEqual(
      Array(TRIES).fill('FORBIDDEN'),
    );
    const listed = await refusals(team, robin);
    expect(listed.reduce((sum, { furtherRefusals }) => sum + 1 + furtherRefusals, 0)).toBe(TRIES);
    // Twice as many when the minute changed in between.
    expect(listed.length).toBeLessThanOrEqual(2 * QUOTAS.agentRefusalsPerMinute);
  });

  it('are listed again in the next minute', async ({ team, robin, psql }) => {
    for (let at = 0; at < 4; at += 1) refused((await hireBy(robin, team)).hireAgent);
    const before = (await refusals(team, robin)).length;
    await psql(`UPDATE agent_usage SET since = since - interval '1 minute' WHERE agent_id = $1`, [
      uuidOf(robin.id),
    ]);
    refused((await hireBy(robin, team)).hireAgent);
    expect((await refusals(team, robin)).length).toBe(before + 1);
  });

  it('keep their counts: the database lets nobody lower them or change an entry', async ({
    team,
    robin,
    psql,
  }) => {
    refused((await hireBy(robin, team)).hireAgent);
    const change = (set: string) =>
      psql(`UPDATE agent_action SET ${set} WHERE agent_id = $1`, [uuidOf(robin.id)]);
    await change('further_refusals = 3');
    await expect(change('further_refusals = 2')).rejects.toThrow('is kept as it was written');
    await expect(change(`action = 'another'`)).rejects.toThrow('is kept as it was written');
  });

  const hireBy = (by: Client, team: Team) =>
    by.query(HireAgent, { input: { organizationId: team.id, name: 'Kim', role: 'worker' } });
});
