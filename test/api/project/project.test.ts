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

describe('registerProject', () => {
  it('creates a SINGLE_REPO project by default, with one change in the feed', async ({ team }) => {
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

  it('allows two projects with the same repository', async ({ team }) => {
    const repoUrl = `https://github.com/${team.slug}/rocket`;
    expect(succeeded(await register(team, { repoUrl })).project.repoUrl).toBe(repoUrl);
  });

  it('is allowed for OWNER and ADMIN, and FORBIDDEN for MEMBER', async ({ team }) => {
    succeeded(await register(team, { slug: 'by-admin' }, await team.join('ADMIN')));
    const member = await team.join('MEMBER');
    const before = await team.footprint();
    expect(refused(await register(team, {}, member)).code).toBe('FORBIDDEN');
    expect(await team.footprint()).toEqual(before);
  });

  it('returns the same NOT_FOUND for a user outside the organization and for an unknown organization', async ({
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

describe('the repoUrl of a project', () => {
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
  ])('in the form %s resolves the pull request of a claim', async (form, { team }) => {
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
  ])('must not be %j', async (repoUrl, { team }) => {
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
  ])('must not contain a secret, since every member sees it: %j', async (repoUrl, { team }) => {
    await expectInvalid(team, { repoUrl }, 'repoUrl');
  });
});

describe('an SSH repoUrl', () => {
  it.for([
    'git@work-github:acme/rocket.git',
    'work-github:acme/rocket',
    'ssh://git@work-github/acme/rocket.git',
    'ssh://git@work-github:2222/acme/rocket.git',
  ])('must not have an alias for its host, which the error names: %s', async (repoUrl, { team }) => {
    const before = await team.footprint();
    expect(refused(await register(team, { repoUrl }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'repoUrl', message: expect.stringContaining('"work-github" is an alias') }],
    });
    expect(await team.footprint()).toEqual(before);
  });
});

describe('a SCRATCH project', () => {
  it('must not have a repoUrl', async ({ team }) => {
    expect(succeeded(await register(team, { kind: 'SCRATCH' })).project).toMatchObject({
      kind: 'SCRATCH',
      repoUrl: null,
    });
    await expectInvalid(team, { kind: 'SCRATCH', repoUrl: 'https://github.com/acme/rocket' }, 'repoUrl');
  });

  it('with a repoUrl gets that issue together with the other invalid fields', async ({ team }) => {
    const repoUrl = 'https://github.com/acme/rocket';
    await expectInvalid(team, { kind: 'SCRATCH', repoUrl, slug: 'No', name: '' }, 'slug', 'name', 'repoUrl');
    await expectInvalid(team, { kind: 'SCRATCH', repoUrl, idempotencyKey: '' }, 'idempotencyKey', 'repoUrl');
  });
});

describe('the slug of a project', () => {
  it.for(['a', '0', 'a--b', 'x'.repeat(63)])('may be %j', async (slug, { team }) => {
    expect(succeeded(await register(team, { slug })).project.slug).toBe(slug);
  });

  it.for(['', '-a', 'a-', 'Lander', 'LANDER', 'lan der', 'lan_der', 'lånder', 'x'.repeat(64)])(
    'must not be %j',
    async (slug, { team }) => {
      await expectInvalid(team, { slug }, 'slug');
    },
  );

  it('is unique in its organization only', async ({ team, createTeam }) => {
    const before = await team.footprint();
    expect(refused(await register(team, { slug: team.project.slug }))).toMatchObject({
      code: 'SLUG_TAKEN',
      slug: team.project.slug,
    });
    expect(await team.footprint()).toEqual(before);
    const other = await createTeam(team.owner);
    expect(other.project.slug).toBe(team.project.slug);
  });

  it('stays taken after the project is archived', async ({ team, psql }) => {
    await psql('UPDATE project SET archived_at = now() WHERE slug = $1', [team.project.slug]);
    expect(refused(await register(team, { slug: team.project.slug })).code).toBe('SLUG_TAKEN');
  });

  it('is given to one of ten concurrent registrations', async ({ team }) => {
    const results = await Promise.all(Array.from({ length: 10 }, () => register(team)));
    expect(results.filter(hasSucceeded)).toHaveLength(1);
    for (const result of results.filter((each) => !hasSucceeded(each))) {
      expect(refused(result)).toMatchObject({ code: 'SLUG_TAKEN', slug: 'lander' });
    }
    expect(await team.changes({ types: ['PROJECT_CREATED'] })).toHaveLength(2);
  });
});
