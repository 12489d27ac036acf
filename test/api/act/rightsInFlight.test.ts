/** A viewer may lose a right while its mutation waits for a lock that another transaction holds. */

import type { Person } from '../../support/app.ts';
import type { TestDatabase } from '../../support/database.ts';
import {
  AddMember,
  ClaimPR,
  CreateOrganization,
  RefreshPR,
  RegisterProject,
  RevokeToken,
  SpawnSession,
  TerminateSession,
} from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

let session: { id: string };
let bob: Person & { memberId: string };
it.beforeEach(async ({ team }) => {
  session = await team.spawn();
  bob = await team.join('ADMIN');
  team.onGitHub(7);
});

const newcomer = (team: Team, more = {}) => ({
  input: { organizationId: team.id, email: `new-${bob.userId}@example.com`, name: 'New', ...more },
});

/** Runs a mutation that has to wait for a lock, and runs other statements before the lock is released. */
async function whileWaiting<Result>(
  team: Team,
  psql: Psql,
  database: TestDatabase,
  lock: string,
  act: () => Promise<Result>,
  meanwhile: string[],
) {
  await using holder = await openPsql(database.url);
  await holder('BEGIN');
  await holder(lock);
  const acting = act();
  await expect
    .poll(async () => (await psql('SELECT FROM pg_locks WHERE NOT granted')).length)
    .toBeGreaterThan(0);
  for (const statement of meanwhile) await psql(statement);
  const before = await team.footprint();
  await holder('COMMIT');
  const result = await acting;
  return { result, isUntouched: JSON.stringify(await team.footprint()) === JSON.stringify(before) };
}

const onSession = () => `SELECT FROM session WHERE id = '${uuidOf(session.id)}' FOR UPDATE`;
const onProject = (team: Team) => `SELECT FROM project WHERE id = '${uuidOf(team.project.id)}' FOR UPDATE`;
const onOrganization = (team: Team) => `SELECT FROM organization WHERE id = '${uuidOf(team.id)}' FOR UPDATE`;

const removal = () => `UPDATE membership SET removed_at = now() WHERE id = '${uuidOf(bob.memberId)}'`;
const demotion = () => `UPDATE membership SET role = 'MEMBER' WHERE id = '${uuidOf(bob.memberId)}'`;
const revocation = () => `UPDATE token SET revoked_at = now() WHERE user_id = '${bob.userId}'`;
const expiry = () => `UPDATE token SET expires_at = now() WHERE user_id = '${bob.userId}'`;

describe('a mutation that waits for a lock', () => {
  const claim = async () => (await bob.query(ClaimPR, { input: { sessionId: session.id, pr: '7' } })).claimPR;

  it.for([
    ['a removed member', removal, 'NOT_FOUND'],
    ['a revoked token', revocation, 'FORBIDDEN'],
    ['an expired token', expiry, 'FORBIDDEN'],
  ] as const)('claims nothing for %s', async ([_whom, taking, code], { team, psql, database }) => {
    const { result, isUntouched } = await whileWaiting(team, psql, database, onSession(), claim, [taking()]);
    expect(refused(result).code).toBe(code);
    expect(isUntouched).toBe(true);
  });

  it('claims a pull request for a member whose new role still allows it', async ({
    team,
    psql,
    database,
  }) => {
    const { result } = await whileWaiting(team, psql, database, onSession(), claim, [demotion()]);
    succeeded(result);
  });

  it('is refused for the lost right, not because the project was archived meanwhile', async ({
    team,
    psql,
    database,
  }) => {
    const { result } = await whileWaiting(team, psql, database, onSession(), claim, [
      removal(),
      `UPDATE project SET archived_at = now() WHERE id = '${uuidOf(team.project.id)}'`,
    ]);
    expect(refused(result).code).toBe('NOT_FOUND');
  });

  it.for(['ADMIN', 'MEMBER'] as const)(
    'adds no %s for a demoted admin',
    async (role, { team, psql, database }) => {
      const add = async () => (await bob.query(AddMember, newcomer(team, { role }))).addMember;
      const { result, isUntouched } = await whileWaiting(team, psql, database, onOrganization(team), add, [
        demotion(),
      ]);
      expect(refused(result).code).toBe('FORBIDDEN');
      expect(isUntouched).toBe(true);
    },
  );

  it('is refused with its duplicate under the same idempotencyKey when the admin was demoted meanwhile', async ({
    team,
    psql,
    database,
  }) => {
    const add = async () => (await bob.query(AddMember, newcomer(team, { idempotencyKey: 'one' }))).addMember;
    const twins = () => Promise.all([add(), add()]);
    const { result, isUntouched } = await whileWaiting(team, psql, database, onOrganization(team), twins, [
      demotion(),
    ]);
    expect(result.map((each) => refused(each).code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(isUntouched).toBe(true);
  });

  it('spawns no session for a removed member', async ({ team, psql, database }) => {
    const spawn = async () =>
      (await bob.query(SpawnSession, { input: { projectId: team.project.id } })).spawnSession;
    const { result, isUntouched } = await whileWaiting(team, psql, database, onProject(team), spawn, [
      removal(),
    ]);
    expect(refused(result).code).toBe('NOT_FOUND');
    expect(isUntouched).toBe(true);
  });

  it('terminates no session for a removed member', async ({ team, psql, database }) => {
    const terminate = async () =>
      (await bob.query(TerminateSession, { input: { sessionId: session.id } })).terminateSession;
    const { result, isUntouched } = await whileWaiting(team, psql, database, onSession(), terminate, [
      removal(),
    ]);
    expect(refused(result).code).toBe('NOT_FOUND');
    expect(isUntouched).toBe(true);
  });
});

describe('refreshPR by an agent whose pull request is taken over while GitHub answers', () => {
  it('is refused and writes nothing', async ({ team, github }) => {
    const agent = await team.hire();
    const own = await team.spawn({ agentId: agent.id });
    const { pullRequest } = succeeded(await team.claim(own.id, 7));
    const hold = github.holdNext();
    const refreshing = agent.query(RefreshPR, { input: { pullRequestId: pullRequest.id } });
    await hold.arrived;
    team.onGitHub(7, { title: 'Renamed' });
    succeeded(await team.claim(session.id, 7));
    const before = await team.footprint();
    hold.release();
    expect(refused((await refreshing).refreshPR).code).toBe('FORBIDDEN');
    expect(await team.footprint()).toEqual(before);
  });
});

describe('a mutation at the moment when the viewer loses its right', () => {
  it('waits for the transaction that removes the member, then returns NOT_FOUND', async ({
    team,
    psql,
    database,
  }) => {
    await using holder = await openPsql(database.url);
    await holder('BEGIN');
    await holder(removal());
    const registering = bob.query(RegisterProject, {
      input: { organizationId: team.id, slug: 'other', name: 'Other' },
    });
    await expect
      .poll(async () => (await psql('SELECT FROM pg_locks WHERE NOT granted')).length)
      .toBeGreaterThan(0);
    await holder('COMMIT');
    expect(refused((await registering).registerProject).code).toBe('NOT_FOUND');
  });

  it('is answered or refused without failing when five requests revoke the token that they use', async ({
    psql,
  }) => {
    const [own] = await psql<{ id: string }>('SELECT id FROM token WHERE user_id = $1', [bob.userId]);
    const tokenId = Buffer.from(`Token:${own?.id}`).toString('base64');
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const response = await bob.raw({
          query: 'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { __typename } }',
          variables: { input: { tokenId } },
        });
        return (await response.json()).data?.revokeToken.__typename ?? response.status;
      }),
    );
    expect(answers).toContain('RevokeTokenPayload');
    for (const answer of answers) expect([401, 'ForbiddenError', 'RevokeTokenPayload']).toContain(answer);
  });
});

describe('a token of one organization', () => {
  it('creates no organization and gets no stored result of createOrganization', async ({ team, app }) => {
    const input = { slug: `second-${bob.userId.slice(-8)}`, name: 'Second', idempotencyKey: 'one' };
    succeeded((await bob.query(CreateOrganization, { input })).createOrganization);
    const response = await bob.raw({
      query: `mutation ($id: ID!) { createToken(input: { organizationId: $id, label: "ci" }) {
        ... on CreateTokenPayload { secret } } }`,
      variables: { id: team.id },
    });
    const bound = app.client((await response.json()).data.createToken.secret);
    for (const each of [input, { ...input, idempotencyKey: 'two', slug: `${input.slug}-2` }]) {
      const { createOrganization } = await bound.query(CreateOrganization, { input: each });
      expect(refused(createOrganization).code).toBe('FORBIDDEN');
    }
    expect(await bound.query(RevokeToken, { input: { tokenId: 'nonsense' } })).toMatchObject({
      revokeToken: { code: 'NOT_FOUND' },
    });
  });
});
