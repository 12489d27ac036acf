import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegisterProjectInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { RegisterProject } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { startWork, type Work } from '../../support/work.ts';

let work: Work;
beforeAll(async () => {
  work = await startWork();
});
afterAll(() => work.close());

let team: Team;
beforeEach(async () => {
  team = await work.createTeam();
});

async function register(input: Partial<RegisterProjectInput> = {}, by: Client = team.owner) {
  const project = { organizationId: team.id, slug: 'lander', name: 'Lander' };
  return (await by.query(RegisterProject, { input: { ...project, ...input } })).registerProject;
}

async function expectInvalid(input: Partial<RegisterProjectInput>, ...paths: string[]) {
  const before = await team.footprint();
  expect(refused(await register(input))).toMatchObject({
    code: 'INVALID_INPUT',
    issues: paths.map((path) => ({ path })),
  });
  expect(await team.footprint()).toEqual(before);
}

describe('a new project', () => {
  it('is of one repository unless told otherwise, and heard of', async () => {
    const { project, requestId } = succeeded(await register({ name: ' The lander ' }));
    expect(project).toMatchObject({
      slug: 'lander',
      name: 'The lander',
      repoUrl: null,
      kind: 'SINGLE_REPO',
      archivedAt: null,
    });
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'PROJECT_CREATED', entityId: project.id, payload: { row: project, changed: [] } },
    ]);
  });

  it('may share its repository with another one', async () => {
    const repoUrl = `https://github.com/${team.slug}/rocket`;
    expect(succeeded(await register({ repoUrl })).project.repoUrl).toBe(repoUrl);
  });

  it('is registered by OWNER and ADMIN', async () => {
    succeeded(await register({ slug: 'by-admin' }, await team.join('ADMIN')));
    const member = await team.join('MEMBER');
    const before = await team.footprint();
    expect(refused(await register({}, member)).code).toBe('FORBIDDEN');
    expect(await team.footprint()).toEqual(before);
  });

  it('is registered where one is a member: elsewhere there is no such organization', async () => {
    const eve = await work.app.signUp('Eve');
    const unseen = refused(await register({}, eve));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const organizationId of ['', 'garbage', team.project.id]) {
      expect(refused(await register({ organizationId })), organizationId).toEqual(unseen);
    }
  });
});

describe('a repository URL', () => {
  it.each([
    'https://github.com/acme/rocket',
    'https://github.com/acme/rocket.git',
    'https://github.com/acme/rocket/',
    'http://github.com/acme/rocket',
    'HTTPS://GitHub.com/ACME/ROCKET',
    'https://github.com:443/acme/rocket.git',
    'git@github.com:acme/rocket.git',
    'git@GITHUB.com:acme/Rocket',
    'github.com:acme/rocket',
    'ssh://git@github.com/acme/rocket.git',
    'ssh://git@github.com:22/acme/rocket',
    'git://github.com/acme/rocket.git',
    'git+ssh://git@github.com/acme/rocket.git',
  ])('of the form %s says where its pull requests are', async (form) => {
    team.onGitHub(7);
    const repoUrl = form.replace('acme', team.slug).replace('ACME', team.slug.toUpperCase());
    const { project } = succeeded(await register({ repoUrl: ` ${repoUrl} ` }));
    expect(project.repoUrl).toBe(repoUrl);
    const session = await team.spawn({ projectId: project.id });
    expect(succeeded(await team.claim(session.id, 7)).pullRequest.url).toBe(
      `https://github.com/${team.slug}/rocket/pull/7`,
    );
  });

  it.each([null, '', '  '])('may be missing: %j', async (repoUrl) => {
    expect(succeeded(await register({ repoUrl })).project.repoUrl).toBeNull();
  });

  it.each([
    'rocket',
    'acme/rocket',
    'github.com/acme/rocket',
    'https://github.com',
    'https://github.com/acme',
    'https://github.com/acme/.git',
    'https://github.com/acme/..',
    'https://github.com/ac me/rocket',
    'https://github.com/%61cme/rocket',
    'https:///acme/rocket',
    'file:///srv/git/acme/rocket.git',
    'javascript:alert(1)//acme/rocket',
    'data:text/html,acme/rocket',
    'ftp://github.com/acme/rocket',
    '/srv/git/acme/rocket.git',
    '../acme/rocket',
    'git@github.com:/acme/rocket.git',
    'git@github.com:rocket.git',
    `https://github.com/acme/${'r'.repeat(101)}`,
    `https://github.com/acme/rocket?${'x'.repeat(2000)}`,
  ])('is not %j', async (repoUrl) => {
    const before = await team.footprint();
    expect(refused(await register({ repoUrl }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: expect.arrayContaining([expect.objectContaining({ path: 'repoUrl' })]),
    });
    expect(await team.footprint()).toEqual(before);
  });

  it.each([
    'https://ann:secret@github.com/acme/rocket',
    'https://ghp_secret@github.com/acme/rocket.git',
    'https://:secret@github.com/acme/rocket',
    'https://x-access-token:secret@github.com/acme/rocket.git',
    'ssh://git:secret@github.com/acme/rocket.git',
    'git:secret@github.com:acme/rocket.git',
    'https://github.com/acme/rocket?access_token=secret',
    'https://github.com/acme/rocket#secret',
  ])('carries nothing secret, for every member sees it: %j', async (repoUrl) => {
    await expectInvalid({ repoUrl }, 'repoUrl');
  });
});

describe('a scratch project', () => {
  it('has no repository', async () => {
    expect(succeeded(await register({ kind: 'SCRATCH' })).project).toMatchObject({
      kind: 'SCRATCH',
      repoUrl: null,
    });
    await expectInvalid({ kind: 'SCRATCH', repoUrl: 'https://github.com/acme/rocket' }, 'repoUrl');
  });

  it('is told of that together with all else that is wrong', async () => {
    const repoUrl = 'https://github.com/acme/rocket';
    await expectInvalid({ kind: 'SCRATCH', repoUrl, slug: 'No', name: '' }, 'slug', 'name', 'repoUrl');
    await expectInvalid({ kind: 'SCRATCH', repoUrl, idempotencyKey: '' }, 'idempotencyKey', 'repoUrl');
  });
});

describe('a slug', () => {
  it.each(['a', '0', 'a--b', 'x'.repeat(63)])('may be %j', async (slug) => {
    expect(succeeded(await register({ slug })).project.slug).toBe(slug);
  });

  it.each(['', '-a', 'a-', 'Lander', 'LANDER', 'lan der', 'lan_der', 'lånder', 'x'.repeat(64)])(
    'may not be %j',
    async (slug) => {
      await expectInvalid({ slug }, 'slug');
    },
  );

  it('is taken once in an organization, and free in every other one', async () => {
    const before = await team.footprint();
    expect(refused(await register({ slug: team.project.slug }))).toMatchObject({
      code: 'SLUG_TAKEN',
      slug: team.project.slug,
    });
    expect(await team.footprint()).toEqual(before);
    const other = await work.createTeam(team.owner);
    expect(other.project.slug).toBe(team.project.slug);
  });

  it('is still taken when its project is archived', async () => {
    await work.psql('UPDATE project SET archived_at = now() WHERE slug = $1', [team.project.slug]);
    expect(refused(await register({ slug: team.project.slug })).code).toBe('SLUG_TAKEN');
  });

  it('is had by one of ten who want it at once', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => register()));
    expect(results.filter(hasSucceeded)).toHaveLength(1);
    for (const result of results.filter((each) => !hasSucceeded(each))) {
      expect(refused(result)).toMatchObject({ code: 'SLUG_TAKEN', slug: 'lander' });
    }
    expect(await team.changes({ types: ['PROJECT_CREATED'] })).toHaveLength(2);
  });
});
