import { graphql } from '../../graphql/gql.ts';
import {
  ClaimPR,
  CreateOrganization,
  CreateToken,
  RegisterProject,
  SpawnSession,
  TerminateSession,
} from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const HeardAgain = graphql(`
  subscription HeardAgain($organizationId: ID!, $after: String) {
    changes(organizationId: $organizationId, after: $after, types: [PR_CREATED]) {
      requestId
      entityId
    }
  }
`);

it.beforeEach(async ({ team }) => {
  team.onGitHub(7);
});

const key = 'once';
const tenAtOnce = <Result>(act: () => Promise<Result>) => Promise.all(Array.from({ length: 10 }, act));

async function spawn(team: Team, client = team.owner, more: object = {}) {
  const input = { projectId: team.project.id, idempotencyKey: key, ...more };
  return (await client.query(SpawnSession, { input })).spawnSession;
}

async function createToken(team: Team) {
  const input = { organizationId: team.id, label: 'ci', idempotencyKey: key };
  return succeeded((await team.owner.query(CreateToken, { input })).createToken);
}

describe('a mutation repeated under its idempotencyKey', () => {
  it('returns the first result and writes nothing', async ({ team }) => {
    const session = await team.spawn();
    const first = succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    const footprint = await team.footprint();
    const again = succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    expect(again).toEqual(first);
    expect(await team.footprint()).toEqual(footprint);
  });

  it('returns a cursor from before the changes, after which the feed delivers them', async ({ team }) => {
    const session = await team.spawn();
    const first = succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    const changes = await team.changes({ requestId: first.requestId });
    expect(changes.map(({ type }) => type)).toEqual(['PR_CREATED', 'SESSION_UPDATED']);
    const again = succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    const subscription = await team.owner.subscribe(HeardAgain, {
      organizationId: team.id,
      after: again.cursor,
    });
    expect((await subscription.event()).changes).toEqual({
      requestId: again.requestId,
      entityId: again.pullRequest.id,
    });
    await subscription.stop();
  });

  it('does not ask GitHub again', async ({ team, github }) => {
    const session = await team.spawn();
    succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    const asked = github.requests.length;
    succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    expect(github.requests).toHaveLength(asked);
  });

  it('returns the first result even when a new mutation would be refused', async ({ team }) => {
    const session = await team.spawn();
    const first = succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    await team.terminate(session.id);
    team.onGitHub(7, { state: 'MERGED' });
    expect(succeeded(await team.claim(session.id, 7, { idempotencyKey: key })).requestId).toBe(
      first.requestId,
    );
  });

  it('returns the current state of the session, not the state at the first call', async ({ team }) => {
    const first = succeeded(await spawn(team));
    await team.terminate(first.session.id);
    expect(succeeded(await spawn(team)).session).toMatchObject({ id: first.session.id, isTerminated: true });
  });

  it('returns the first result when it writes the default values out', async ({ team }) => {
    const session = await team.spawn();
    const first = succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    const again = await team.claim(session.id, 7, { allowTakeover: true, idempotencyKey: key });
    expect(succeeded(again).requestId).toBe(first.requestId);
  });
});

describe('ten concurrent mutations under one idempotencyKey', () => {
  it('spawn one session', async ({ team }) => {
    const spawned = (await tenAtOnce(() => spawn(team))).map(succeeded);
    expect(new Set(spawned.map(({ session }) => session.name))).toEqual(new Set(['rocket-1']));
    expect(new Set(spawned.map(({ requestId }) => requestId)).size).toBe(1);
    expect(new Set(spawned.map(({ cursor }) => cursor)).size).toBe(1);
    expect(await team.changes({ types: ['SESSION_CREATED'] })).toHaveLength(1);
  });

  it('claim the pull request once', async ({ team }) => {
    const session = await team.spawn();
    const claims = await tenAtOnce(() => team.claim(session.id, 7, { idempotencyKey: key }));
    expect(new Set(claims.map((claim) => succeeded(claim).requestId)).size).toBe(1);
    expect(await team.changes({ types: ['PR_CREATED', 'PR_UPDATED'] })).toHaveLength(1);
    expect(await team.structureEvents('PR_CLAIMED')).toHaveLength(1);
  });

  it('create one token and return its secret to one of them', async ({ team }) => {
    const tokens = await tenAtOnce(() => createToken(team));
    expect(new Set(tokens.map(({ token }) => token.id)).size).toBe(1);
    expect(tokens.filter(({ secret }) => secret !== null)).toHaveLength(1);
  });

  it('create one organization', async ({ team }) => {
    const input = { slug: `${team.slug}-two`, name: 'Two', idempotencyKey: key };
    const made = await tenAtOnce(() => team.owner.query(CreateOrganization, { input }));
    const ids = made.map(({ createOrganization }) => succeeded(createOrganization).organization.id);
    expect(new Set(ids).size).toBe(1);
  });
});

describe('an idempotencyKey', () => {
  it('returns IDEMPOTENCY_CONFLICT for another input and writes nothing', async ({ team }) => {
    succeeded(await spawn(team));
    const footprint = await team.footprint();
    for (const more of [{ displayName: 'Ada' }, { kind: 'ORCHESTRATOR' }, { workspacePath: null }]) {
      expect(refused(await spawn(team, team.owner, more)).code).toBe('IDEMPOTENCY_CONFLICT');
    }
    expect(await team.footprint()).toEqual(footprint);
  });

  it('returns IDEMPOTENCY_CONFLICT for another mutation', async ({ team }) => {
    const { session } = succeeded(await spawn(team));
    const { terminateSession } = await team.owner.query(TerminateSession, {
      input: { sessionId: session.id, idempotencyKey: key },
    });
    expect(refused(terminateSession).code).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('can be used by two members independently', async ({ team }) => {
    const bob = await team.join('MEMBER');
    const [hers, his] = [
      succeeded(await spawn(team)),
      succeeded(await spawn(team, bob, { displayName: 'Ada' })),
    ];
    expect(his.session.id).not.toBe(hers.session.id);
  });

  it('is shared by all tokens of one user', async ({ team, app }) => {
    const input = { organizationId: team.id, label: 'ci' };
    const { createToken } = await team.owner.query(CreateToken, { input });
    const sameAnn = app.client(succeeded(createToken).secret ?? '');
    const first = succeeded(await spawn(team));
    const { spawnSession } = await sameAnn.query(SpawnSession, {
      input: { projectId: team.project.id, idempotencyKey: key },
    });
    expect(succeeded(spawnSession).session.id).toBe(first.session.id);
  });

  it('can be used in two organizations independently', async ({ team, createTeam }) => {
    const other = await createTeam(team.owner);
    const register = async ({ id }: Team, slug: string) => {
      const input = { organizationId: id, slug, name: 'Lander', idempotencyKey: key };
      return succeeded((await team.owner.query(RegisterProject, { input })).registerProject).project;
    };
    const [here, there] = [await register(team, 'lander'), await register(other, 'orbiter')];
    expect(here.slug).toBe('lander');
    expect(there.slug).toBe('orbiter');
    const input = { slug: `${team.slug}-three`, name: 'Three', idempotencyKey: key };
    succeeded((await team.owner.query(CreateOrganization, { input })).createOrganization);
  });

  it('can be used again after a mutation that was refused', async ({ team }) => {
    const session = await team.spawn();
    expect(refused(await team.claim(session.id, 8, { idempotencyKey: key })).code).toBe('PR_NOT_FOUND');
    const owner = await team.spawn();
    succeeded(await team.claim(owner.id, 7));
    const refusedInside = { allowTakeover: false, idempotencyKey: key };
    expect(refused(await team.claim(session.id, 7, refusedInside)).code).toBe('PR_CLAIMED_BY_ACTIVE_SESSION');
    succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
  });

  it('expires after 24 hours and not earlier', async ({ team, psql }) => {
    const age = (interval: string) =>
      psql('UPDATE idempotency_key SET created_at = created_at - $2::interval WHERE organization_id = $1', [
        uuidOf(team.id),
        interval,
      ]);
    const first = succeeded(await spawn(team));
    await age('23 hours 50 minutes');
    expect(succeeded(await spawn(team)).session.id).toBe(first.session.id);
    await age('11 minutes');
    const anew = succeeded(await spawn(team, team.owner, { displayName: 'Ada' }));
    expect(anew.session.num).toBe(first.session.num + 1);
  });

  it('makes claimPR ask GitHub again once the key has expired', async ({ team, psql }) => {
    const session = await team.spawn();
    const first = succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    await psql(
      `UPDATE idempotency_key SET created_at = created_at - interval '25 hours' WHERE organization_id = $1`,
      [uuidOf(team.id)],
    );
    team.onGitHub(7, { title: 'Renamed' });
    const anew = succeeded(await team.claim(session.id, 7, { idempotencyKey: key }));
    expect(anew.requestId).not.toBe(first.requestId);
    expect(anew.pullRequest.title).toBe('Renamed');
  });
});

describe('the secret of createToken', () => {
  it('is null in the repeated result and is stored in no table', async ({ team, psql }) => {
    const first = await createToken(team);
    const again = await createToken(team);
    expect(again).toEqual({ ...first, secret: null });

    const tables = await psql<{ name: string }>(
      `SELECT quote_ident(table_name) AS name FROM information_schema.tables
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    expect(tables.map(({ name }) => name)).toContain('idempotency_key');
    for (const { name } of tables) {
      const found = await psql(`SELECT FROM ${name} t WHERE strpos(t::text, $1) > 0`, [first.secret]);
      expect(found, name).toEqual([]);
    }
  });
});

describe('ten concurrent mutations without an idempotencyKey', () => {
  it('spawn ten sessions and store no key', async ({ team, psql }) => {
    const input = { projectId: team.project.id };
    const acts = await tenAtOnce(() => team.owner.query(SpawnSession, { input }));
    expect(new Set(acts.map(({ spawnSession }) => succeeded(spawnSession).session.id)).size).toBe(10);
    const { claimPR } = await team.owner.query(ClaimPR, {
      input: { sessionId: (await team.spawn()).id, pr: '7', idempotencyKey: null },
    });
    succeeded(claimPR);
    expect(await psql('SELECT FROM idempotency_key WHERE organization_id = $1', [uuidOf(team.id)])).toEqual(
      [],
    );
  });
});
