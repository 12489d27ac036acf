import { print } from 'graphql';
import { globalId } from '../../../src/value/globalId.ts';
import type { ClaimPrInput } from '../../graphql/graphql.ts';
import { ClaimPR } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

let session: { id: string };
it.beforeEach(async ({ team, github }) => {
  github.clear();
  session = await team.spawn();
  team.onGitHub(7);
});

/** The error of a refused claim, which must write nothing. */
async function refusal(team: Team, pr: string | number = 7, more: Partial<ClaimPrInput> = {}) {
  const before = await team.footprint();
  const error = refused(await team.claim(session.id, pr, more));
  expect(await team.footprint()).toEqual(before);
  return error;
}

async function update(team: Team, psql: Psql, table: 'session' | 'project', assignments: string) {
  const id = table === 'session' ? session.id : team.project.id;
  await psql(`UPDATE ${table} SET ${assignments} WHERE id = $1`, [uuidOf(id)]);
}

describe('claimPR returns INVALID_INPUT', () => {
  it.for<[what: string, input: Partial<ClaimPrInput>, path: string, message: string]>([
    ['an empty reference', { pr: '' }, 'pr', 'must not be empty'],
    ['a blank reference', { pr: ' \n' }, 'pr', 'must not be empty'],
    ['a reference of 2,001 characters', { pr: '1'.repeat(2001) }, 'pr', 'must have at most 2000 characters'],
    ['a NUL character in the reference', { pr: '7\0' }, 'pr', 'must not contain a NUL character'],
    ['an empty idempotencyKey', { idempotencyKey: '' }, 'idempotencyKey', 'must not be empty'],
    [
      'an idempotencyKey of 256 characters',
      { idempotencyKey: 'k'.repeat(256) },
      'idempotencyKey',
      'must have at most 255 characters',
    ],
    [
      'a NUL character in the idempotencyKey',
      { idempotencyKey: 'k\0' },
      'idempotencyKey',
      'must not contain a NUL character',
    ],
  ])('for %s', async ([_, { pr = '7', ...more }, path, message], { team }) => {
    expect(await refusal(team, pr, more)).toEqual({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
      message: 'The input is not valid.',
      issues: [{ path, message }],
    });
  });

  it('with every issue at once', async ({ team }) => {
    const error = await refusal(team, `\0${'1'.repeat(2001)}`, { idempotencyKey: '' });
    expect(error).toMatchObject({
      issues: [
        { path: 'idempotencyKey', message: 'must not be empty' },
        { path: 'pr', message: 'must not contain a NUL character' },
        { path: 'pr', message: 'must have at most 2000 characters' },
      ],
    });
  });
});

/** The refusal of a claim with the fields that name the pull request. */
async function named(team: Team, pr: string) {
  const query = `mutation($input: ClaimPRInput!) { claimPR(input: $input) {
    ... on UserError { code message }
    ... on PrNotFoundError { repo { nameWithOwner } number }
    ... on PrProjectMismatchError { repo { nameWithOwner } number projectRepo { nameWithOwner } }
  } }`;
  const response = await team.owner.raw({ query, variables: { input: { sessionId: session.id, pr } } });
  return (await response.json()).data.claimPR;
}

describe('claimPR returns NOT_FOUND', () => {
  it('with the same bytes for an unknown session and for one that the viewer must not see', async ({
    team,
    createTeam,
  }) => {
    const stranger = await createTeam();
    const theirs = await stranger.spawn();
    const ids = {
      madeUp: globalId('Session', '01890000-0000-7000-8000-000000000000'),
      ofAnotherOrganization: theirs.id,
      ofAnotherType: team.project.id,
      ofNoUuid: Buffer.from('Session:7').toString('base64'),
      garbage: 'garbage',
      empty: '',
      notBase64: '\u{1f680}',
      raw: uuidOf(session.id),
    };
    const before = await team.footprint();
    const bodies = new Set<string>();
    for (const sessionId of Object.values(ids)) {
      const variables = { input: { sessionId, pr: '7' } };
      const response = await team.owner.raw({ query: print(ClaimPR), variables });
      bodies.add(`${response.status} ${await response.text()}`);
    }
    expect([...bodies]).toEqual([expect.stringMatching(/^200 .*"code":"NOT_FOUND"/)]);
    expect(await team.footprint()).toEqual(before);
  });

  it('for a user outside the organization', async ({ app }) => {
    const outsider = await app.signUp('Eve');
    const { claimPR } = await outsider.query(ClaimPR, { input: { sessionId: session.id, pr: '7' } });
    expect(refused(claimPR).code).toBe('NOT_FOUND');
  });
});

describe('claimPR returns IDEMPOTENCY_CONFLICT', () => {
  it('for the same key with another input', async ({ team }) => {
    team.onGitHub(8);
    succeeded(await team.claim(session.id, 7, { idempotencyKey: 'k' }));
    expect((await refusal(team, 8, { idempotencyKey: 'k' })).code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await refusal(team, 7, { idempotencyKey: 'k', allowTakeover: false })).code).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });
});

describe('claimPR refuses the session', () => {
  it('with SESSION_TERMINATED when it is terminated', async ({ team }) => {
    await team.terminate(session.id);
    expect((await refusal(team)).code).toBe('SESSION_TERMINATED');
  });

  it('with SESSION_NOT_CLAIMABLE when it is an orchestrator', async ({ team }) => {
    session = await team.spawn({ kind: 'ORCHESTRATOR' });
    expect((await refusal(team)).code).toBe('SESSION_NOT_CLAIMABLE');
  });

  it('with SESSION_NOT_CLAIMABLE when its project is a scratch project', async ({ team }) => {
    const scratch = await team.register({ slug: 'scratch', kind: 'SCRATCH', repoUrl: null });
    session = await team.spawn({ projectId: scratch.id });
    expect((await refusal(team, `https://github.com/${team.slug}/rocket/pull/7`)).code).toBe(
      'SESSION_NOT_CLAIMABLE',
    );
  });

  it('with SESSION_NO_WORKSPACE when it has no workspace', async ({ team }) => {
    session = await team.spawn({ workspacePath: null });
    expect((await refusal(team)).code).toBe('SESSION_NO_WORKSPACE');
  });

  it('with SESSION_NO_WORKSPACE when its workspace path is blank', async ({ team, psql }) => {
    await update(team, psql, 'session', `workspace_path = '  '`);
    expect((await refusal(team)).code).toBe('SESSION_NO_WORKSPACE');
  });
});

describe('claimPR refuses the project with PROJECT_NOT_RESOLVABLE', () => {
  it('for a number when it has no repository', async ({ team }) => {
    const loose = await team.register({ slug: 'loose', repoUrl: null });
    session = await team.spawn({ projectId: loose.id });
    expect((await refusal(team, '#7')).code).toBe('PROJECT_NOT_RESOLVABLE');
  });

  it('when it is archived', async ({ team, psql }) => {
    await update(team, psql, 'project', 'archived_at = now()');
    expect((await refusal(team)).code).toBe('PROJECT_NOT_RESOLVABLE');
  });

  it.for([7, 'https://github.com/acme/rocket/pull/7'])(
    'when its repoUrl names no repository (reference %s)',
    async (pr, { team, psql }) => {
      await update(team, psql, 'project', `repo_url = '/home/ann/rocket'`);
      expect((await refusal(team, pr)).code).toBe('PROJECT_NOT_RESOLVABLE');
    },
  );
});

describe('claimPR refuses the reference', () => {
  it.for([
    '0',
    '-1',
    '+7',
    '007',
    '7.0',
    '7e0',
    '0x7',
    '٧',
    '##7',
    '# 7',
    '7 8',
    'seven',
    '2147483648',
    '99999999999999999999',
    'acme#7',
    'acme/rocket/x#7',
    'http://github.com/acme/rocket/pull/7',
    'ftp://github.com/acme/rocket/pull/7',
    'javascript:alert(7)',
    'github.com/acme/rocket/pull/7',
    'https://github.com/acme/rocket/pull/0',
    'https://github.com/acme/rocket/pull/7/reviews',
    'https://github.com/acme/rocket/pull/7/files/src/main.ts',
    'https://github.com/acme/rocket/issues/7',
    'https://github.com/acme/rocket/pulls/7',
    'https://github.com/acme/pull/7',
    'https://github.com/x/../acme/rocket/pull/7',
    'https://ann@github.com/acme/rocket/pull/7',
    'https://github.com/acme/rocket/pull/7\n8',
    'https:\\\\github.com\\acme\\rocket\\pull\\7',
  ])('with INVALID_PR_REF: %j', async (pr, { team }) => {
    expect((await refusal(team, pr)).code).toBe('INVALID_PR_REF');
  });

  it('with INVALID_PR_REF for a URL on another host than github.com in a project without a repository', async ({
    team,
  }) => {
    const loose = await team.register({ slug: 'loose', repoUrl: null });
    session = await team.spawn({ projectId: loose.id });
    expect((await refusal(team, 'https://ghe.example.com/acme/rocket/pull/7')).code).toBe('INVALID_PR_REF');
  });

  it('with PR_PROJECT_MISMATCH for another host, owner or repository than the project’s', async ({
    team,
  }) => {
    for (const url of [
      `https://ghe.example.com/${team.slug}/rocket/pull/7`,
      `https://github.com:8443/${team.slug}/rocket/pull/7`,
      'https://github.com/somebody-else/rocket/pull/7',
      `https://github.com/${team.slug}/rockets/pull/7`,
      'somebody-else/rocket#7',
    ]) {
      expect((await refusal(team, url)).code, url).toBe('PR_PROJECT_MISMATCH');
    }
  });

  it('with PR_PROJECT_MISMATCH naming the pull request and the repository of the project', async ({
    team,
  }) => {
    expect(await named(team, 'https://github.com/somebody-else/rocket/pull/7')).toEqual({
      code: 'PR_PROJECT_MISMATCH',
      message: `somebody-else/rocket#7 does not belong to the repository of the session's project, ${team.slug}/rocket.`,
      repo: { nameWithOwner: 'somebody-else/rocket' },
      number: 7,
      projectRepo: { nameWithOwner: `${team.slug}/rocket` },
    });
  });
});

describe('claimPR returns', () => {
  it('SCM_UNAVAILABLE with the time that GitHub asks to wait', async ({ team, github }) => {
    github.failNext({ rateLimit: 'secondary', seconds: 17 });
    expect(await refusal(team)).toMatchObject({ code: 'SCM_UNAVAILABLE', retryAfterSeconds: 17 });
  });

  it('SCM_UNAVAILABLE without a time when GitHub names none', async ({ team, github }) => {
    github.failNext({ status: 500 });
    expect(await refusal(team)).toMatchObject({ code: 'SCM_UNAVAILABLE', retryAfterSeconds: null });
  });

  it('PR_NOT_FOUND naming the repository and the number', async ({ team }) => {
    expect(await named(team, '#8')).toEqual({
      code: 'PR_NOT_FOUND',
      message: `The source-code host knows no pull request ${team.slug}/rocket#8, or does not show it to us.`,
      repo: { nameWithOwner: `${team.slug}/rocket` },
      number: 8,
    });
  });

  it('PR_NOT_FOUND for an unknown pull request and for an unknown repository', async ({ team }) => {
    expect((await refusal(team, 8)).code).toBe('PR_NOT_FOUND');
    const nowhere = await team.register({
      slug: 'nowhere',
      repoUrl: `https://github.com/${team.slug}/nowhere`,
    });
    session = await team.spawn({ projectId: nowhere.id });
    expect((await refusal(team, 7)).code).toBe('PR_NOT_FOUND');
  });

  it.for(['MERGED', 'CLOSED'] as const)(
    'PR_NOT_OPEN for a pull request that is %s, draft or not',
    async (state, { team }) => {
      for (const isDraft of [false, true]) {
        team.onGitHub(7, { state, isDraft });
        expect(await refusal(team)).toMatchObject({ code: 'PR_NOT_OPEN', state });
      }
    },
  );
});

describe('claimPR without allowTakeover', () => {
  it.for(['ACTIVE', 'IDLE', 'WAITING_INPUT', 'BLOCKED', 'EXITED'])(
    'returns PR_CLAIMED_BY_ACTIVE_SESSION when the holder is %s',
    async (activity, { team, psql }) => {
      const owner = await team.spawn();
      succeeded(await team.claim(owner.id, 7));
      await psql('UPDATE session SET activity_state = $2::activity_state WHERE id = $1', [
        uuidOf(owner.id),
        activity,
      ]);
      expect(await refusal(team, 7, { allowTakeover: false })).toMatchObject({
        code: 'PR_CLAIMED_BY_ACTIVE_SESSION',
        ownerSession: { id: owner.id, name: owner.name },
        message: expect.stringContaining(owner.name),
      });
    },
  );

  it('succeeds for the session that holds the pull request', async ({ team }) => {
    succeeded(await team.claim(session.id, 7));
    succeeded(await team.claim(session.id, 7, { allowTakeover: false }));
  });
});
