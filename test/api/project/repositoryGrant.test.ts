/** The repositories that an organization may ask their host about. */
import { randomBytes } from 'node:crypto';
import { parseScope } from '../../../src/services/repositoryGrant/scope.ts';
import type { Person } from '../../support/app.ts';
import type { GitHub } from '../../support/github/github.ts';
import {
  ClaimPR,
  CreateOrganization,
  RefreshPR,
  RegisterProject,
  SpawnSession,
} from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import { describe, expect, test } from '../../support/test.ts';

/** An organization made through the API, to which nothing is granted. */
type Stranger = { id: string; slug: string; owner: Person };

const it = test.extend('stranger', async ({ app }): Promise<Stranger> => {
  const owner = await app.signUp('Eve');
  const slug = `eve-${randomBytes(5).toString('hex')}`;
  const { createOrganization } = await owner.query(CreateOrganization, { input: { slug, name: 'Eve' } });
  return { id: succeeded(createOrganization).organization.id, slug, owner };
});

async function register({ id, owner }: Stranger, repoUrl: string | null) {
  const slug = `p-${randomBytes(5).toString('hex')}`;
  const input = { organizationId: id, slug, name: 'Rocket', repoUrl };
  return (await owner.query(RegisterProject, { input })).registerProject;
}

async function spawn(stranger: Stranger, repoUrl: string | null): Promise<string> {
  const { id: projectId } = succeeded(await register(stranger, repoUrl)).project;
  const { spawnSession } = await stranger.owner.query(SpawnSession, { input: { projectId } });
  return succeeded(spawnSession).session.id;
}

const claim = async ({ owner }: Stranger, sessionId: string, pr: string) =>
  (await owner.query(ClaimPR, { input: { sessionId, pr } })).claimPR;
const refresh = async ({ owner }: Stranger, pullRequestId: string) =>
  (await owner.query(RefreshPR, { input: { pullRequestId } })).refreshPR;
const takeBack = (psql: Psql, { id }: Stranger) =>
  psql('DELETE FROM repository_grant WHERE organization_id = $1', [uuidOf(id)]);

/** Adds a pull request to a repository, and returns its URL. */
function secret(github: GitHub, owner: string): string {
  github.setPullRequest({ owner, repo: 'secret', number: 7 });
  return `https://github.com/${owner}/secret/pull/7`;
}

const asked = (github: GitHub) => github.requests.length;

describe('an organization made through the API', () => {
  it('cannot register a repository that is not granted', async ({ stranger, github, psql }) => {
    const before = asked(github);
    for (const repoUrl of ['https://github.com/acme/secret', 'git@github.com:Acme/Secret.git']) {
      expect(refused(await register(stranger, repoUrl))).toMatchObject({
        code: 'REPOSITORY_NOT_GRANTED',
        host: 'github.com',
        repo: { nameWithOwner: expect.stringMatching(/^acme\/secret$/i) },
      });
    }
    expect(await psql('SELECT FROM project WHERE organization_id = $1', [uuidOf(stranger.id)])).toEqual([]);
    expect(asked(github)).toBe(before);
  });

  it('can register a project without a repository, whose sessions cannot ask either', async ({
    stranger,
    github,
  }) => {
    const url = secret(github, stranger.slug);
    const sessionId = await spawn(stranger, null);
    const before = asked(github);
    expect(refused(await claim(stranger, sessionId, url)).code).toBe('REPOSITORY_NOT_GRANTED');
    const { spawnSession } = await stranger.owner.query(SpawnSession, {
      input: { projectId: succeeded(await register(stranger, null)).project.id, claimPR: { pr: url } },
    });
    expect(refused(spawnSession)).toMatchObject({
      code: 'SPAWN_ROLLED_BACK',
      cause: { code: 'REPOSITORY_NOT_GRANTED' },
    });
    expect(asked(github)).toBe(before);
  });

  it('asks for nothing after its grants are taken back, and keeps what it read', async ({
    stranger,
    app,
    github,
    psql,
  }) => {
    const url = secret(github, stranger.slug);
    await app.grant(stranger.id, `github.com/${stranger.slug}`);
    const sessionId = await spawn(stranger, `https://github.com/${stranger.slug}/secret`);
    const { pullRequest } = succeeded(await claim(stranger, sessionId, url));
    succeeded(await refresh(stranger, pullRequest.id));
    await takeBack(psql, stranger);
    const before = asked(github);
    expect(refused(await refresh(stranger, pullRequest.id)).code).toBe('REPOSITORY_NOT_GRANTED');
    expect(refused(await claim(stranger, sessionId, '7')).code).toBe('REPOSITORY_NOT_GRANTED');
    expect(asked(github)).toBe(before);
    expect(await psql('SELECT FROM pull_request WHERE id = $1', [uuidOf(pullRequest.id)])).toHaveLength(1);
  });
});

describe('a grant', () => {
  const cases: [scope: string, repository: string, isGranted: boolean][] = [
    ['github.com/acme/rocket', 'github.com/acme/rocket', true],
    ['github.com/acme/rocket', 'GitHub.com/ACME/Rocket', true],
    ['github.com/acme/rocket', 'github.com/acme/rocket2', false],
    ['github.com/acme/rocket', 'github.com/acme2/rocket', false],
    ['github.com/acme/rocket', 'ghe.example/acme/rocket', false],
    ['github.com/acme', 'github.com/acme/anything', true],
    ['github.com/acme', 'github.com/acme-2/rocket', false],
    ['github.com', 'github.com/anyone/anything', true],
    ['github.com', 'github.com.example/anyone/anything', false],
    ['*', 'ghe.example:8443/anyone/anything', true],
  ];
  it.for(cases)('of %s for %s: %j', async ([scope, repository, isGranted], { stranger, app }) => {
    await app.grant(stranger.id, scope);
    const registered = await register(stranger, `https://${repository}`);
    if (isGranted) succeeded(registered);
    else expect(refused(registered).code).toBe('REPOSITORY_NOT_GRANTED');
  });

  it('is of one organization', async ({ stranger, app, createTeam }) => {
    await app.grant((await createTeam()).id, 'github.com/acme');
    expect(refused(await register(stranger, 'https://github.com/acme/rocket')).code).toBe(
      'REPOSITORY_NOT_GRANTED',
    );
  });

  it('of the old name of a transferred repository does not reach its new place', async ({
    stranger,
    app,
    github,
    psql,
  }) => {
    const from = { owner: stranger.slug, repo: 'secret' };
    const url = secret(github, stranger.slug);
    await app.grant(stranger.id, `github.com/${stranger.slug}`);
    const sessionId = await spawn(stranger, `https://github.com/${stranger.slug}/secret`);
    github.transfer(from, { owner: `new-${stranger.slug}`, repo: 'hidden' });
    const refusal = refused(await claim(stranger, sessionId, url));
    expect(refusal.code).toBe('REPOSITORY_NOT_GRANTED');
    expect(JSON.stringify(refusal)).not.toContain('hidden');
    expect(await psql('SELECT FROM pull_request WHERE organization_id = $1', [uuidOf(stranger.id)])).toEqual(
      [],
    );
    await app.grant(stranger.id, `github.com/new-${stranger.slug}/hidden`);
    expect(succeeded(await claim(stranger, sessionId, url)).pullRequest.repo.name).toBe('hidden');
  });
});

describe('the text of a grant', () => {
  it.for([
    ['GitHub.com/Acme/Rocket', 'github.com/acme/rocket'],
    [' github.com/acme/rocket.git ', 'github.com/acme/rocket'],
    ['github.com/acme/*', 'github.com/acme'],
    ['github.com/acme/', 'github.com/acme'],
    ['github.com/*', 'github.com'],
    ['www.github.com/acme', 'github.com/acme'],
    ['ghe.example:8443', 'ghe.example:8443'],
    ['*', '*'],
  ] as const)('%j is stored as %s', ([raw, scope]) => {
    expect(parseScope(raw)).toBe(scope);
  });

  it.for([
    '',
    '/',
    'https://github.com/acme',
    'github.com//rocket',
    'github.com/acme/rocket/tree',
    'github.com/*/rocket',
    'github.com/ac me',
    'user@github.com/acme',
    'github.com?x/acme',
    '*/acme',
    'github.com/acme/..',
  ])('%j is refused', (raw) => {
    expect(parseScope(raw)).toBeUndefined();
  });
});
