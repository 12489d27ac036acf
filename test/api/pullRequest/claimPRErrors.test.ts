import { print } from 'graphql';
import { globalId } from '../../../src/globalId.ts';
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

/** The error that a claim is refused with; nothing is written meanwhile. */
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

describe('INVALID_INPUT', () => {
  it.for<[what: string, input: Partial<ClaimPrInput>, path: string, message: string]>([
    ['no text', { pr: '' }, 'pr', 'must not be empty'],
    ['blanks', { pr: ' \n' }, 'pr', 'must not be empty'],
    ['too long a text', { pr: '1'.repeat(2001) }, 'pr', 'must have at most 2000 characters'],
    ['a NUL character', { pr: '7\0' }, 'pr', 'must not contain a NUL character'],
    ['an empty key', { idempotencyKey: '' }, 'idempotencyKey', 'must not be empty'],
    [
      'too long a key',
      { idempotencyKey: 'k'.repeat(256) },
      'idempotencyKey',
      'must have at most 255 characters',
    ],
    ['a NUL in the key', { idempotencyKey: 'k\0' }, 'idempotencyKey', 'must not contain a NUL character'],
  ])('refuses %s', async ([_, { pr = '7', ...more }, path, message], { team }) => {
    expect(await refusal(team, pr, more)).toEqual({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
      message: 'The input is not valid.',
      issues: [{ path, message }],
    });
  });

  it('tells every issue at once', async ({ team }) => {
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

describe('NOT_FOUND', () => {
  it('is the same, byte for byte, for what is not there and for what may not be seen', async ({
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

  it('is what a person outside of the organization gets', async ({ app }) => {
    const outsider = await app.signUp('Eve');
    const { claimPR } = await outsider.query(ClaimPR, { input: { sessionId: session.id, pr: '7' } });
    expect(refused(claimPR).code).toBe('NOT_FOUND');
  });
});

describe('IDEMPOTENCY_CONFLICT', () => {
  it('is the same key with another input', async ({ team }) => {
    team.onGitHub(8);
    succeeded(await team.claim(session.id, 7, { idempotencyKey: 'k' }));
    expect((await refusal(team, 8, { idempotencyKey: 'k' })).code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await refusal(team, 7, { idempotencyKey: 'k', allowTakeover: false })).code).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });
});

describe('of the session', () => {
  it('SESSION_TERMINATED: it has ended', async ({ team }) => {
    await team.terminate(session.id);
    expect((await refusal(team)).code).toBe('SESSION_TERMINATED');
  });

  it('SESSION_NOT_CLAIMABLE: it is an orchestrator', async ({ team }) => {
    session = await team.spawn({ kind: 'ORCHESTRATOR' });
    expect((await refusal(team)).code).toBe('SESSION_NOT_CLAIMABLE');
  });

  it('SESSION_NOT_CLAIMABLE: its project is a scratch project', async ({ team }) => {
    const scratch = await team.register({ slug: 'scratch', kind: 'SCRATCH', repoUrl: null });
    session = await team.spawn({ projectId: scratch.id });
    expect((await refusal(team, `https://github.com/${team.slug}/rocket/pull/7`)).code).toBe(
      'SESSION_NOT_CLAIMABLE',
    );
  });

  it('SESSION_NO_WORKSPACE: it was spawned without one', async ({ team }) => {
    session = await team.spawn({ workspacePath: null });
    expect((await refusal(team)).code).toBe('SESSION_NO_WORKSPACE');
  });

  it('SESSION_NO_WORKSPACE: its workspace is nothing but blanks', async ({ team, psql }) => {
    await update(team, psql, 'session', `workspace_path = '  '`);
    expect((await refusal(team)).code).toBe('SESSION_NO_WORKSPACE');
  });
});

describe('of the project', () => {
  it('PROJECT_NOT_RESOLVABLE: a bare number, and it has no repository', async ({ team }) => {
    const loose = await team.register({ slug: 'loose', repoUrl: null });
    session = await team.spawn({ projectId: loose.id });
    expect((await refusal(team, '#7')).code).toBe('PROJECT_NOT_RESOLVABLE');
  });

  it('PROJECT_NOT_RESOLVABLE: it is archived', async ({ team, psql }) => {
    await update(team, psql, 'project', 'archived_at = now()');
    expect((await refusal(team)).code).toBe('PROJECT_NOT_RESOLVABLE');
  });

  it.for([7, 'https://github.com/acme/rocket/pull/7'])(
    'PROJECT_NOT_RESOLVABLE: its repository URL names none (%s)',
    async (pr, { team, psql }) => {
      await update(team, psql, 'project', `repo_url = '/home/ann/rocket'`);
      expect((await refusal(team, pr)).code).toBe('PROJECT_NOT_RESOLVABLE');
    },
  );
});

describe('of the reference', () => {
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
    'acme/rocket#7',
    'http://github.com/acme/rocket/pull/7',
    'ftp://github.com/acme/rocket/pull/7',
    'javascript:alert(7)',
    'github.com/acme/rocket/pull/7',
    'https://github.com/acme/rocket/pull/0',
    'https://github.com/acme/rocket/pull/7/files',
    'https://github.com/acme/rocket/issues/7',
    'https://github.com/acme/rocket/pulls/7',
    'https://github.com/acme/pull/7',
    'https://github.com/x/../acme/rocket/pull/7',
    'https://ann@github.com/acme/rocket/pull/7',
    'https://github.com/acme/rocket/pull/7\n8',
    'https:\\\\github.com\\acme\\rocket\\pull\\7',
  ])('INVALID_PR_REF: %j', async (pr, { team }) => {
    expect((await refusal(team, pr)).code).toBe('INVALID_PR_REF');
  });

  it('INVALID_PR_REF: another host than github.com, where no repository says which', async ({ team }) => {
    const loose = await team.register({ slug: 'loose', repoUrl: null });
    session = await team.spawn({ projectId: loose.id });
    expect((await refusal(team, 'https://ghe.example.com/acme/rocket/pull/7')).code).toBe('INVALID_PR_REF');
  });

  it('PR_PROJECT_MISMATCH: another host, owner or repository than the project’s', async ({ team }) => {
    for (const url of [
      `https://ghe.example.com/${team.slug}/rocket/pull/7`,
      `https://github.com:8443/${team.slug}/rocket/pull/7`,
      'https://github.com/somebody-else/rocket/pull/7',
      `https://github.com/${team.slug}/rockets/pull/7`,
    ]) {
      expect((await refusal(team, url)).code, url).toBe('PR_PROJECT_MISMATCH');
    }
  });
});

describe('of the host', () => {
  it('SCM_UNAVAILABLE, with how long it asks to wait', async ({ team, github }) => {
    github.failNext({ rateLimit: 'secondary', seconds: 17 });
    expect(await refusal(team)).toMatchObject({ code: 'SCM_UNAVAILABLE', retryAfterSeconds: 17 });
  });

  it('SCM_UNAVAILABLE, when it does not say', async ({ team, github }) => {
    github.failNext({ status: 500 });
    expect(await refusal(team)).toMatchObject({ code: 'SCM_UNAVAILABLE', retryAfterSeconds: null });
  });

  it('PR_NOT_FOUND: it knows no such pull request, or no such repository', async ({ team }) => {
    expect((await refusal(team, 8)).code).toBe('PR_NOT_FOUND');
    const nowhere = await team.register({
      slug: 'nowhere',
      repoUrl: `https://github.com/${team.slug}/nowhere`,
    });
    session = await team.spawn({ projectId: nowhere.id });
    expect((await refusal(team, 7)).code).toBe('PR_NOT_FOUND');
  });

  it.for(['MERGED', 'CLOSED'] as const)('PR_NOT_OPEN: it is %s, draft or not', async (state, { team }) => {
    for (const isDraft of [false, true]) {
      team.onGitHub(7, { state, isDraft });
      expect(await refusal(team)).toMatchObject({ code: 'PR_NOT_OPEN', state });
    }
  });
});

describe('of the owner', () => {
  it.for(['ACTIVE', 'IDLE', 'WAITING_INPUT', 'BLOCKED', 'EXITED'])(
    'PR_CLAIMED_BY_ACTIVE_SESSION: it is %s, and no takeover is allowed',
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

  it('never stands in its own way', async ({ team }) => {
    succeeded(await team.claim(session.id, 7));
    succeeded(await team.claim(session.id, 7, { allowTakeover: false }));
  });
});
