/** The subscription `changes`: the object of each change, and the filters. */
import { globalId } from '../../src/value/globalId.ts';
import { graphql } from '../graphql/gql.ts';
import type { LiveEntitiesSubscriptionVariables } from '../graphql/graphql.ts';
import type { TestApp } from '../support/app.ts';
import { LogAgentAction, PutAgentMemory, RecordReviewedPR, RenameSession } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';

const Entities = graphql(`
  subscription LiveEntities(
    $organizationId: ID!
    $after: String
    $types: [ChangeType!]
    $entityId: ID
    $actorId: ID
    $agentId: ID
    $projectId: ID
    $sessionId: ID
  ) {
    changes(
      organizationId: $organizationId
      after: $after
      types: $types
      entityId: $entityId
      actorId: $actorId
      agentId: $agentId
      projectId: $projectId
      sessionId: $sessionId
    ) {
      type
      entityId
      changed
      payload
      entity {
        __typename
        id
        ... on Session {
          displayName
          project {
            slug
          }
        }
        ... on PullRequest {
          number
          session {
            id
          }
        }
        ... on Agent {
          name
        }
        ... on AgentMemory {
          key
          value
        }
        ... on AgentAction {
          action
          metadata
        }
        ... on ReviewedPullRequest {
          number
        }
      }
    }
  }
`);

const PrSides = graphql(`
  subscription PrSidesOfAgent($organizationId: ID!, $agentId: ID) {
    prSessionChanged(organizationId: $organizationId, agentId: $agentId) {
      type
      entityId
      changed
      payload
    }
  }
`);

const PrsOfAgent = graphql(`
  subscription PrsOfAgent($organizationId: ID!, $agentId: ID) {
    prChanged(organizationId: $organizationId, agentId: $agentId) {
      type
      entityId
    }
  }
`);

const SessionsOfAgent = graphql(`
  subscription SessionsOfAgent($organizationId: ID!, $agentId: ID) {
    sessionChanged(organizationId: $organizationId, agentId: $agentId) {
      type
      entityId
      changed
      payload
    }
  }
`);

const Repos = graphql(`
  subscription ReposThatWent($organizationId: ID!) {
    watchedRepoChanged(organizationId: $organizationId) {
      type
      entityId
      changed
      payload
    }
  }
`);

type Filter = Omit<LiveEntitiesSubscriptionVariables, 'organizationId'>;

/** Delivers the changes from now on: none of those that prepared the test. */
async function hear(team: Team, filter: Filter = {}) {
  await team.changes();
  const heard = await team.owner.subscribe(Entities, { organizationId: team.id, ...filter });
  return { next: async () => (await heard.event()).changes, stop: heard.stop };
}

async function rename(team: Team, sessionId: string, displayName: string) {
  const { renameSession } = await team.owner.query(RenameSession, { input: { sessionId, displayName } });
  return succeeded(renameSession);
}

describe('the entity of a change', () => {
  it('is the object that changed, whatever its type', async ({ team }) => {
    team.onGitHub(1);
    const agent = await team.hire();
    const session = await team.spawn({ agentId: agent.id });
    const heard = await hear(team);

    await rename(team, session.id, 'Landing gear');
    expect(await heard.next()).toMatchObject({
      type: 'SESSION_UPDATED',
      entityId: session.id,
      changed: ['displayName'],
      payload: { changed: ['displayName'], row: { displayName: 'Landing gear' } },
      entity: {
        __typename: 'Session',
        id: session.id,
        displayName: 'Landing gear',
        project: { slug: 'rocket' },
      },
    });

    await team.claim(session.id, 1);
    const created = await heard.next();
    expect(created).toMatchObject({
      type: 'PR_CREATED',
      changed: [],
      entity: { __typename: 'PullRequest', number: 1, session: { id: session.id } },
    });
    expect(created.entity?.id).toBe(created.entityId);
    await heard.stop();
  });

  it('is an entry of the memory, the log and the reviews of an agent', async ({ team }) => {
    const agent = await team.hire();
    const heard = await hear(team, { agentId: agent.id });
    const agentId = agent.id;

    await agent.query(PutAgentMemory, { input: { agentId, key: 'tone', value: 'kind' } });
    const first = await heard.next();
    expect(first).toMatchObject({
      type: 'AGENT_MEMORY_RECORDED',
      changed: [],
      payload: { row: { agent: agentId, key: 'tone', value: 'kind' } },
      entity: { __typename: 'AgentMemory', key: 'tone', value: 'kind' },
    });
    await agent.query(PutAgentMemory, { input: { agentId, key: 'tone', value: 'kind' } });
    await agent.query(PutAgentMemory, { input: { agentId, key: 'tone', value: 'dry' } });
    expect(await heard.next()).toMatchObject({
      type: 'AGENT_MEMORY_RECORDED',
      entityId: first.entityId,
      changed: ['value'],
      entity: { value: 'dry' },
    });

    await agent.query(LogAgentAction, {
      input: { agentId, action: 'push', outcome: 'ALLOWED', metadata: { tries: 2 } },
    });
    expect(await heard.next()).toMatchObject({
      type: 'AGENT_ACTION_RECORDED',
      changed: [],
      payload: { row: { agent: agentId, action: 'push', outcome: 'ALLOWED', metadata: { tries: 2 } } },
      entity: { __typename: 'AgentAction', action: 'push', metadata: { tries: 2 } },
    });

    await agent.query(RecordReviewedPR, { input: { agentId, repo: 'acme/rocket', number: 7 } });
    expect(await heard.next()).toMatchObject({
      type: 'AGENT_REVIEW_RECORDED',
      payload: { row: { agent: agentId, repo: { nameWithOwner: 'acme/rocket' }, number: 7 } },
      entity: { __typename: 'ReviewedPullRequest', number: 7 },
    });
    await heard.stop();
  });

  it('is null when the object is gone, and the change names what went', async ({ team, psql }) => {
    const session = await team.spawn();
    const heard = await hear(team, { types: ['SESSION_DELETED'] });
    const typed = await team.owner.subscribe(SessionsOfAgent, { organizationId: team.id });
    await psql('DELETE FROM session WHERE id = $1', [uuidOf(session.id)]);
    const gone = { type: 'SESSION_DELETED', entityId: session.id, changed: [] };
    expect(await heard.next()).toMatchObject({ ...gone, entity: null });
    expect((await typed.event()).sessionChanged).toMatchObject({
      ...gone,
      payload: { row: { id: session.id, name: session.name } },
    });
    await Promise.all([heard.stop(), typed.stop()]);
  });

  it('in the stored feed is read for a page as in an event', async ({ team }) => {
    const session = await team.spawn();
    await rename(team, session.id, 'Landing gear');
    await team.changes();
    const query = `query($slug: String!, $id: ID!) { organization(slug: $slug) { changes(entityId: $id) {
      nodes { changed entity { __typename id ... on Session { displayName } } }
    } } }`;
    const response = await team.owner.raw({ query, variables: { slug: team.slug, id: session.id } });
    const entity = { __typename: 'Session', id: session.id, displayName: 'Landing gear' };
    expect((await response.json()).data.organization.changes.nodes).toEqual([
      { changed: [], entity },
      { changed: ['displayName'], entity },
    ]);
  });
});

it('REPO_RELEASED names the record that went', async ({ team, psql }) => {
  const agent = await team.hire();
  const heard = await team.owner.subscribe(Repos, { organizationId: team.id });
  await psql(
    `INSERT INTO watched_repo (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
     SELECT organization_id, id, hired_by_id, 'Acme', 'rocket', 'acme', 'rocket' FROM agent WHERE id = $1`,
    [uuidOf(agent.id)],
  );
  const { watchedRepoChanged: watched } = await heard.event();
  await psql('DELETE FROM watched_repo WHERE agent_id = $1', [uuidOf(agent.id)]);
  expect((await heard.event()).watchedRepoChanged).toEqual({ ...watched, type: 'REPO_RELEASED' });
  expect(watched).toMatchObject({ type: 'REPO_WATCHED', payload: { row: { id: watched.entityId } } });
  await heard.stop();
});

/** The stored changes that pass a filter: the heartbeat says that all of them were delivered. */
async function heardBy(app: TestApp, team: Team, filter: Filter): Promise<string[]> {
  const client = app.client(team.owner.token);
  const heard = await client.subscribe(Entities, { organizationId: team.id, ...filter });
  await expect.poll(() => client.heartbeats.length).toBeGreaterThan(0);
  // What arrived before the heartbeat is handed on in this turn of the event loop.
  await new Promise(setImmediate);
  const found = heard.pending.map(({ data }) => {
    const { type = '', payload } = data?.changes ?? {};
    const { row } = payload as { row: { displayName: string } };
    return type === 'SESSION_UPDATED' ? row.displayName : type;
  });
  await client.close();
  return found;
}

describe('a filter of the subscription `changes`', () => {
  it('delivers only what concerns the object, and of several filters all must match', async ({
    app,
    team,
  }) => {
    team.onGitHub(1);
    const bob = await team.join('MEMBER');
    const project = await team.register({
      slug: 'lander',
      repoUrl: `https://github.com/${team.slug}/lander`,
    });
    const agent = await team.hire();
    const mine = await team.spawn({ agentId: agent.id });
    const other = await team.spawn();
    const elsewhere = await team.spawn({ projectId: project.id, agentId: agent.id });
    // The cursor of a mutation is before its own changes, and may be before others that are not stored yet.
    await team.changes();
    const { cursor: after } = await rename(team, mine.id, 'mine');
    await rename(team, other.id, 'other');
    await rename(team, elsewhere.id, 'elsewhere');
    await team.claim(mine.id, 1);
    const input = { sessionId: other.id, displayName: "bob's" };
    succeeded((await bob.query(RenameSession, { input })).renameSession);
    await team.changes();

    const filters: [Filter, string[]][] = [
      // The claim also changes the status of the session.
      [{ entityId: mine.id }, ['mine', 'mine']],
      [{ sessionId: mine.id }, ['mine', 'PR_CREATED', 'mine']],
      [{ agentId: agent.id }, ['mine', 'elsewhere', 'PR_CREATED', 'mine']],
      [{ projectId: project.id }, ['elsewhere']],
      [{ actorId: globalId('User', bob.userId) }, ["bob's"]],
      [{ agentId: agent.id, projectId: team.project.id }, ['mine', 'PR_CREATED', 'mine']],
      [{ agentId: agent.id, entityId: elsewhere.id }, ['elsewhere']],
      [{ sessionId: mine.id, types: ['PR_CREATED'] }, ['PR_CREATED']],
      [{ entityId: mine.id, types: ['PR_CREATED'] }, []],
      [{ sessionId: mine.id, projectId: project.id }, []],
      [{ entityId: globalId('Project', uuidOf(mine.id)) }, []],
      [{ actorId: globalId('Agent', bob.userId) }, []],
    ];
    for (const [filter, expected] of filters) {
      expect([filter, await heardBy(app, team, { ...filter, after })]).toEqual([filter, expected]);
    }
  });

  it.for([
    ['entityId', 'User'],
    ['actorId', 'Session'],
    ['agentId', 'User'],
    ['projectId', 'Session'],
    ['sessionId', 'Project'],
  ] as const)(
    '`%s` with the id of a %s is BAD_USER_INPUT',
    async ([argument, type], { sharedTeam: team }) => {
      const id = globalId(type, uuidOf(team.id));
      const heard = await team.owner.subscribe(Entities, { organizationId: team.id, [argument]: id });
      expect(await heard.next()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    },
  );
});

it('a transfer is delivered to the subscribers of both agents', async ({ team }) => {
  team.onGitHub(1);
  const [first, second, third] = [await team.hire(), await team.hire(), await team.hire()];
  const from = await team.spawn({ agentId: first.id });
  const to = await team.spawn({ agentId: second.id });
  const listen = (agentId: string) => team.owner.subscribe(PrSides, { organizationId: team.id, agentId });
  const [giver, taker, nobody] = [await listen(first.id), await listen(second.id), await listen(third.id)];
  const claims = await team.owner.subscribe(PrsOfAgent, { organizationId: team.id, agentId: first.id });
  await team.claim(from.id, 1);
  const { prChanged } = await claims.event();
  expect(prChanged.type).toBe('PR_CREATED');
  await team.claim(to.id, 1);
  for (const side of [giver, taker]) {
    expect((await side.event()).prSessionChanged).toMatchObject({
      type: 'PR_SESSION_CHANGED',
      entityId: prChanged.entityId,
      changed: ['session'],
      payload: { from: from.id, to: to.id },
    });
  }
  expect(nobody.pending).toEqual([]);
  await Promise.all([giver, taker, nobody, claims].map((each) => each.stop()));
});

it('sessionChanged by agent delivers the sessions of the agent', async ({ team }) => {
  const agent = await team.hire();
  const heard = await team.owner.subscribe(SessionsOfAgent, { organizationId: team.id, agentId: agent.id });
  await team.spawn();
  const session = await team.spawn({ agentId: agent.id });
  expect((await heard.event()).sessionChanged).toMatchObject({
    type: 'SESSION_CREATED',
    entityId: session.id,
  });
  await heard.stop();
});
