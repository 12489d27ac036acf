import { graphql } from '../../graphql/gql.ts';
import { ArchiveProject, RestoreSession, SpawnSession, UnarchiveProject } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const archive = async ({ owner, project }: Team) =>
  (await owner.query(ArchiveProject, { input: { projectId: project.id } })).archiveProject;
const unarchive = async ({ owner, project }: Team) =>
  (await owner.query(UnarchiveProject, { input: { projectId: project.id } })).unarchiveProject;
const spawn = async ({ owner, project }: Team) =>
  (await owner.query(SpawnSession, { input: { projectId: project.id } })).spawnSession;
const restore = async ({ owner }: Team, sessionId: string) =>
  (await owner.query(RestoreSession, { input: { sessionId } })).restoreSession;

const ProjectLists = graphql(`
  query ProjectLists($slug: String!) {
    organization(slug: $slug) {
      byDefault: projects {
        totalCount
        nodes {
          id
        }
      }
      archived: projects(archived: true) {
        totalCount
        nodes {
          id
        }
      }
    }
  }
`);

describe('archiveProject', () => {
  it('archives a project and unarchiveProject brings it back, with one change each', async ({ team }) => {
    const archived = succeeded(await archive(team));
    expect(archived.project).toMatchObject({ id: team.project.id, archivedAt: expect.any(String) });
    const back = succeeded(await unarchive(team));
    expect(back.project).toMatchObject({ id: team.project.id, archivedAt: null });
    for (const [type, { requestId }] of [
      ['PROJECT_ARCHIVED', archived],
      ['PROJECT_UPDATED', back],
    ] as const) {
      expect(await team.changes({ requestId })).toMatchObject([
        { type, entityId: team.project.id, payload: { changed: ['archivedAt'] } },
      ]);
    }
  });

  it('moves the project from the list of live projects to that of archived ones', async ({ team }) => {
    const other = await team.register({ slug: 'other' });
    succeeded(await archive(team));
    expect((await team.owner.query(ProjectLists, { slug: team.slug })).organization).toEqual({
      byDefault: { totalCount: 1, nodes: [{ id: other.id }] },
      archived: { totalCount: 1, nodes: [{ id: team.project.id }] },
    });
  });

  it('changes nothing the second time, nor does unarchiveProject', async ({ team }) => {
    const { archivedAt } = succeeded(await archive(team)).project;
    const archived = await team.footprint();
    expect(succeeded(await archive(team)).project.archivedAt).toBe(archivedAt);
    expect(await team.footprint()).toEqual(archived);
    succeeded(await unarchive(team));
    const back = await team.footprint();
    succeeded(await unarchive(team));
    expect(await team.footprint()).toEqual(back);
  });

  it('refuses new sessions, restores and claims until the project is brought back', async ({ team }) => {
    team.onGitHub(7);
    const [live, ended] = [await team.spawn(), await team.spawn()];
    await team.terminate(ended.id);
    succeeded(await archive(team));
    expect(refused(await spawn(team))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'projectId' }],
    });
    expect(refused(await restore(team, ended.id)).code).toBe('SESSION_NOT_RESTORABLE');
    expect(refused(await team.claim(live.id, 7)).code).toBe('PROJECT_NOT_RESOLVABLE');

    succeeded(await unarchive(team));
    succeeded(await spawn(team));
    succeeded(await restore(team, ended.id));
    succeeded(await team.claim(live.id, 7));
  });

  it('lets no concurrent spawn start after it', async ({ team }) => {
    const spawns = Array.from({ length: 5 }, () => spawn(team));
    const [archived, ...spawned] = await Promise.all([archive(team), ...spawns]);
    succeeded(archived);
    const changes = await team.changes({ types: ['SESSION_CREATED', 'PROJECT_ARCHIVED'] });
    expect(changes.map(({ type }) => type)).toEqual([
      ...spawned.filter(hasSucceeded).map(() => 'SESSION_CREATED'),
      'PROJECT_ARCHIVED',
    ]);
    expect(refused(await spawn(team)).code).toBe('INVALID_INPUT');
  });
});
