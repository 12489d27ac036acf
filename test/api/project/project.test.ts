import type { RegisterProjectInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { RegisterProject } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

async function register(team: Team, input: Partial<RegisterProjectInput> = {}, by: Client = team.owner) {
  const project = { organizationId: team.id, slug: 'lander', name: 'Lander' };
  return (await by.query(RegisterProject, { input: { ...project, ...input } })).registerProject;
}

async function expectInvalid(team: Team, input: Partial<RegisterProjectInput>, ...paths: string[]) {
  const before = await team.footprint();
  expect(refused(await register(team, input))).toMatchObject({
    code: 'INVALID_INPUT',
    issues: paths.map((path) => ({ path })),
  });
  expect(await team.footprint()).toEqual(before);
}

describe('a new project', () => {
  it('is of one repository unless told otherwise, and heard of', async ({ team }) => {
    const { project, requestId } = succeeded(await register(team, { name: ' The lander ' }));
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

  it('may share its repository with another one', async ({ team }) => {
    const repoUrl = `https://github.com/${team.slug}/rocket`;
    expect(succeeded(await register(team, { repoUrl })).project.repoUrl).toBe(repoUrl);
  });

  it('is registered by OWNER and ADMIN', async ({ team }) => {
    succeeded(await register(team, { slug: 'by-admin' }, await team.join('ADMIN')));
    const member = await team.join('MEMBER');
    const before = await team.footprint();
    expect(refused(await register(team, {}, member)).code).toBe('FORBIDDEN');
    expect(await team.footprint()).toEqual(before);
  });

  it('is registered where one is a member: elsewhere there is no such organization', async ({
    team,
    app,
  }) => {
    const eve = await app.signUp('Eve');
    const unseen = refused(await register(team, {}, eve));
    expect(unseen.code).toBe('NOT_FOUND');
    for (const organizationId of ['', 'garbage', team.project.id]) {
      expect(refused(await register(team, { organizationId })), organizationId).toEqual(unseen);
    }
  });
});

describe('a repository URL', () => {
  it.for([
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
  ])('of the form %s says where its pull requests are', async (form, { team }) => {
    team.onGitHub(7);
    const repoUrl = form.replace('acme', team.slug).replace('ACME', team.slug.toUpperCase());
    const { project } = succeeded(await register(team, { repoUrl: ` ${repoUrl} ` }));
    expect(project.repoUrl).toBe(repoUrl);
    const session = await team.spawn({ projectId: project.id });
    expect(succeeded(await team.claim(session.id, 7)).pullRequest.url).toBe(
      `https://github.com/${team.slug}/rocket/pull/7`,
    );
  });

  it.for([null, '', '  '])('may be missing: %j', async (repoUrl, { team }) => {
    expect(succeeded(await register(team, { repoUrl })).project.repoUrl).toBeNull();
  });

  it.for([
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
  ])('is not %j', async (repoUrl, { team }) => {
    const before = await team.footprint();
    expect(refused(await register(team, { repoUrl }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: expect.arrayContaining([expect.objectContaining({ path: 'repoUrl' })]),
    });
    expect(await team.footprint()).toEqual(before);
  });

  it.for([
    'https://ann:secret@github.com/acme/rocket',
    'https://ghp_secret@github.com/acme/rocket.git',
    'https://:secret@github.com/acme/rocket',
    'https://x-access-token:secret@github.com/acme/rocket.git',
    'ssh://git:secret@github.com/acme/rocket.git',
    'git:secret@github.com:acme/rocket.git',
    'https://github.com/acme/rocket?access_token=secret',
    'https://github.com/acme/rocket#secret',
  ])('carries nothing secret, for every member sees it: %j', async (repoUrl, { team }) => {
    await expectInvalid(team, { repoUrl }, 'repoUrl');
  });
});

describe('a scratch project', () => {
  it('has no repository', async ({ team }) => {
    expect(succeeded(await register(team, { kind: 'SCRATCH' })).project).toMatchObject({
      kind: 'SCRATCH',
      repoUrl: null,
    });
    await expectInvalid(team, { kind: 'SCRATCH', repoUrl: 'https://github.com/acme/rocket' }, 'repoUrl');
  });

  it('is told of that together with all else that is wrong', async ({ team }) => {
    const repoUrl = 'https://github.com/acme/rocket';
    await expectInvalid(team, { kind: 'SCRATCH', repoUrl, slug: 'No', name: '' }, 'slug', 'name', 'repoUrl');
    await expectInvalid(team, { kind: 'SCRATCH', repoUrl, idempotencyKey: '' }, 'idempotencyKey', 'repoUrl');
  });
});

describe('a slug', () => {
  it.for(['a', '0', 'a--b', 'x'.repeat(63)])('may be %j', async (slug, { team }) => {
    expect(succeeded(await register(team, { slug })).project.slug).toBe(slug);
  });

  it.for(['', '-a', 'a-', 'Lander', 'LANDER', 'lan der', 'lan_der', 'lånder', 'x'.repeat(64)])(
    'may not be %j',
    async (slug, { team }) => {
      await expectInvalid(team, { slug }, 'slug');
    },
  );

  it('is taken once in an organization, and free in every other one', async ({ team, createTeam }) => {
    const before = await team.footprint();
    expect(refused(await register(team, { slug: team.project.slug }))).toMatchObject({
      code: 'SLUG_TAKEN',
      slug: team.project.slug,
    });
    expect(await team.footprint()).toEqual(before);
    const other = await createTeam(team.owner);
    expect(other.project.slug).toBe(team.project.slug);
  });

  it('is still taken when its project is archived', async ({ team, psql }) => {
    await psql('UPDATE project SET archived_at = now() WHERE slug = $1', [team.project.slug]);
    expect(refused(await register(team, { slug: team.project.slug })).code).toBe('SLUG_TAKEN');
  });

  it('is had by one of ten who want it at once', async ({ team }) => {
    const results = await Promise.all(Array.from({ length: 10 }, () => register(team)));
    expect(results.filter(hasSucceeded)).toHaveLength(1);
    for (const result of results.filter((each) => !hasSucceeded(each))) {
      expect(refused(result)).toMatchObject({ code: 'SLUG_TAKEN', slug: 'lander' });
    }
    expect(await team.changes({ types: ['PROJECT_CREATED'] })).toHaveLength(2);
  });
});
