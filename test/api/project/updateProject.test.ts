import type { UpdateProjectInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { UpdateProject } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

async function update(team: Team, input: Partial<UpdateProjectInput>, by: Client = team.owner) {
  return (await by.query(UpdateProject, { input: { projectId: team.project.id, ...input } })).updateProject;
}

const repoOf = (team: Team, name = 'rocket') => `https://github.com/${team.slug}/${name}`;

describe('updateProject', () => {
  it('changes only the given fields, with one change in the feed', async ({ team }) => {
    const { project, requestId } = succeeded(await update(team, { name: ' Lander ' }));
    expect(project).toMatchObject({ slug: team.project.slug, name: 'Lander', repoUrl: repoOf(team) });
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'PROJECT_UPDATED', entityId: project.id, payload: { changed: ['name'] } },
    ]);
    const moved = succeeded(await update(team, { repoUrl: ` ${repoOf(team, 'lander')} ` }));
    expect(moved.project).toMatchObject({ name: 'Lander', repoUrl: repoOf(team, 'lander') });
  });

  it('takes the repository away with null, and changes nothing with equal values', async ({ team }) => {
    expect(succeeded(await update(team, { repoUrl: null })).project.repoUrl).toBeNull();
    const before = await team.footprint();
    succeeded(await update(team, { repoUrl: '', name: 'Rocket' }));
    succeeded(await update(team, {}));
    expect(await team.footprint()).toEqual(before);
  });

  it('is allowed for ADMIN, and viewerCanUpdate says so', async ({ team }) => {
    const { project } = succeeded(await update(team, { name: 'Lander' }, await team.join('ADMIN')));
    expect(project.viewerCanUpdate).toBe(true);
    const member = await team.join('MEMBER');
    expect(refused(await update(team, { name: 'Rover' }, member)).code).toBe('FORBIDDEN');
  });

  it('refuses what registerProject refuses, each issue with its field', async ({ team }) => {
    const before = await team.footprint();
    const faults: Partial<UpdateProjectInput>[] = [
      { name: '' },
      { repoUrl: 'rocket' },
      { repoUrl: 'https://ann:secret@github.com/acme/rocket' },
      { repoUrl: 'git@work-github:acme/rocket.git' },
    ];
    for (const fault of faults) {
      expect(refused(await update(team, fault))).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [{ path: Object.keys(fault)[0] }],
      });
    }
    expect(await team.footprint()).toEqual(before);
  });

  it('gives no repository to a SCRATCH project', async ({ team }) => {
    const scratch = await team.register({ slug: 'scratch', kind: 'SCRATCH', repoUrl: null });
    expect(refused(await update(team, { projectId: scratch.id, repoUrl: repoOf(team) }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'repoUrl', message: 'a scratch project has no repository' }],
    });
    expect(succeeded(await update(team, { projectId: scratch.id, name: 'Pad' })).project.name).toBe('Pad');
  });

  it('returns REPOSITORY_NOT_GRANTED for a repository that the operator did not grant', async ({
    team,
    psql,
  }) => {
    await psql('DELETE FROM repository_grant WHERE organization_id = $1', [uuidOf(team.id)]);
    const before = await team.footprint();
    expect(refused(await update(team, { repoUrl: repoOf(team, 'hidden'), name: 'Lander' }))).toMatchObject({
      code: 'REPOSITORY_NOT_GRANTED',
      host: 'github.com',
      repo: { nameWithOwner: `${team.slug}/hidden` },
    });
    expect(await team.footprint()).toEqual(before);
    succeeded(await update(team, { name: 'Lander' }));
  });
});

describe('a project whose repository was renamed', () => {
  it('holds the same pull requests, by its new URL and by their old numbers', async ({ team, github }) => {
    team.onGitHub(7);
    team.onGitHub(8);
    const [first, second] = [await team.spawn(), await team.spawn()];
    const seven = succeeded(await team.claim(first.id, 7)).pullRequest;
    const eight = succeeded(await team.claim(first.id, 8)).pullRequest;
    const renamed = repoOf(team, 'lander');
    github.transfer({ owner: team.slug, repo: 'rocket' }, { owner: team.slug, repo: 'lander' });
    const before = refused(await team.claim(second.id, `${renamed}/pull/7`));
    expect(before.code).toBe('PR_PROJECT_MISMATCH');

    succeeded(await update(team, { repoUrl: `${renamed}.git` }));
    for (const [ref, { id }] of [
      [`${renamed}/pull/7`, seven],
      ['8', eight],
      [`${team.slug}/lander#7`, seven],
    ] as const) {
      const { pullRequest } = succeeded(await team.claim(second.id, ref));
      expect(pullRequest, ref).toMatchObject({ id, repo: { nameWithOwner: `${team.slug}/lander` } });
    }
    expect(refused(await team.claim(second.id, `${repoOf(team)}/pull/7`)).code).toBe('PR_PROJECT_MISMATCH');
    expect(await team.changes({ types: ['PR_CREATED'] })).toHaveLength(2);
  });
});
