/** An operation ends as soon as its answer, or what it has read for it, is larger than the limit. */
import { openEventStream } from '../support/eventStream.ts';
import { PutAgentMemory } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { uuidOf } from '../support/psql.ts';
import { openSocket } from '../support/rawSocket.ts';
import type { Team, TeamAgent } from '../support/team.ts';
import { describe, expect, test } from '../support/test.ts';

const LIMIT_BYTES = 200_000;
const VALUE_BYTES = 60_000;
const MEMORIES = 8;

const it = test
  .extend('config', { scope: 'file' }, { runningLimits: { answerBytes: LIMIT_BYTES } })
  /** An agent with more memory than an answer may have. */
  .extend('agent', { scope: 'file' }, async ({ sharedTeam: team }): Promise<TeamAgent> => {
    const agent = await team.hire();
    for (let n = 0; n < MEMORIES; n += 1) await remember(agent, `key-${n}`);
    return agent;
  });

async function remember(agent: TeamAgent, key: string): Promise<void> {
  const input = { agentId: agent.id, key, value: 'x'.repeat(VALUE_BYTES) };
  succeeded((await agent.query(PutAgentMemory, { input })).putAgentMemory);
}

const memory = (id: string, first: number) => ({
  query: `query($id: ID!) { node(id: $id) { ... on Agent { memory(first: ${first}) { nodes { value } } } } }`,
  variables: { id },
});
const TOO_LARGE = {
  data: null,
  errors: [
    {
      message: `The answer is larger than ${LIMIT_BYTES} bytes. Ask for less at once.`,
      extensions: { code: 'ANSWER_TOO_LARGE', requestId: expect.any(String) },
    },
  ],
};

const ways: Record<string, (team: Team, url: string, body: object) => Promise<unknown>> = {
  POST: async (team, _url, body) => await (await team.owner.raw(body)).json(),
  async WebSocket(team, url, body) {
    const socket = await openSocket(url, { authorization: `Bearer ${team.owner.token}` });
    const [answer] = await socket.operation(body);
    await socket.close();
    return answer?.payload;
  },
};

describe.each(Object.entries(ways))('over %s, an answer', (_name, ask) => {
  it('that is too large is ANSWER_TOO_LARGE', async ({ sharedTeam: team, app, agent }) => {
    expect(await ask(team, app.url, memory(agent.id, MEMORIES))).toEqual(TOO_LARGE);
  });

  it('that repeats what was read once is ANSWER_TOO_LARGE', async ({ sharedTeam: team, app, agent }) => {
    const { node } = (
      await (
        await team.owner.raw({
          query: 'query($id: ID!) { node(id: $id) { ... on Agent { memory(first: 1) { nodes { id } } } } }',
          variables: { id: agent.id },
        })
      ).json()
    ).data;
    const ids = Array.from({ length: 5 }, () => node.memory.nodes[0].id);
    const query = 'query($ids: [ID!]!) { nodes(ids: $ids) { ... on AgentMemory { value } } }';
    expect(await ask(team, app.url, { query, variables: { ids: ids.slice(0, 2) } })).toMatchObject({
      data: { nodes: [{}, {}] },
    });
    expect(await ask(team, app.url, { query, variables: { ids } })).toEqual(TOO_LARGE);
  });

  it('within the limit is sent', async ({ sharedTeam: team, app, agent }) => {
    const answer = (await ask(team, app.url, memory(agent.id, 2))) as {
      data: { node: { memory: { nodes: { value: string }[] } } };
    };
    expect(answer.data.node.memory.nodes.map(({ value }) => value.length)).toEqual([
      VALUE_BYTES,
      VALUE_BYTES,
    ]);
  });
});

it('the server answers others after answers that were too large', async ({ sharedTeam: team, agent }) => {
  const responses = await Promise.all(
    Array.from({ length: 40 }, () => team.owner.raw(memory(agent.id, MEMORIES))),
  );
  for (const response of responses) expect(await response.json()).toEqual(TOO_LARGE);
  const { data } = await (await team.owner.raw({ query: '{ viewer { user { name } } }' })).json();
  expect(data).toEqual({ viewer: { user: { name: 'Ann' } } });
});

it('a list whose entries are read later does not end the process when the answer is too large', async ({
  sharedTeam: team,
}) => {
  const changes = {
    query: `query($slug: String!) { organization(slug: $slug) { changes(last: 100) {
      nodes { actor { ... on AgentActor { agent { id } } ... on UserActor { user { id } } } payload } } } }`,
    variables: { slug: team.slug },
  };
  // The values of the memories are in the payloads. An unhandled rejection would fail the test.
  expect(await (await team.owner.raw(changes)).json()).toEqual(TOO_LARGE);
});

describe('an event', () => {
  /** Hears about the agents. The server reads the agents of all changes of a transaction together. */
  const listen = async (team: Team, url: string, first: number) => {
    await team.settle();
    const stream = await openEventStream(url, team.owner.token, {
      query: `subscription($id: ID!) { agentChanged(organizationId: $id) {
        agent { id memory(first: ${first}) { nodes { key } } big: memory(first: ${first}) { nodes { value } } } } }`,
      variables: { id: team.id },
    });
    // The first block is the heartbeat of a live subscription.
    expect(await stream.next()).toMatchObject({ id: expect.any(String) });
    return stream;
  };

  it('that is too large is ANSWER_TOO_LARGE, and the stream goes on', async ({
    sharedTeam: team,
    app,
    agent,
    psql,
  }) => {
    const other = await team.hire();
    const stream = await listen(team, app.url, MEMORIES);
    await psql(`UPDATE agent SET role = 'critic' WHERE id = $1`, [uuidOf(agent.id)]);
    expect((await stream.result()).data).toMatchObject({
      errors: [{ extensions: { code: 'ANSWER_TOO_LARGE' } }],
    });
    await psql(`UPDATE agent SET role = 'critic' WHERE id = $1`, [uuidOf(other.id)]);
    expect((await stream.result()).data).toMatchObject({
      data: { agentChanged: { agent: { id: other.id } } },
    });
    stream.stop();
  });

  it('is delivered when only the objects of many events together are too large', async ({
    sharedTeam: team,
    app,
    psql,
  }) => {
    const agents = await Promise.all(Array.from({ length: 6 }, () => team.hire()));
    for (const each of agents) await remember(each, 'key');
    const stream = await listen(team, app.url, 1);
    await psql(`UPDATE agent SET role = 'tester' WHERE id = ANY($1)`, [agents.map(({ id }) => uuidOf(id))]);
    const heard = [];
    for (const _ of agents) heard.push((await stream.result()).data);
    expect(heard.map(({ errors }) => errors)).toEqual(agents.map(() => undefined));
    stream.stop();
  });
});
