/** The filters of lists of sessions, and of the counts of their lanes. */
import { graphql } from '../../graphql/gql.ts';
import type { SessionKind } from '../../graphql/graphql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const SessionsByKind = graphql(`
  query SessionsByKind($slug: String!, $kind: SessionKind, $projectId: ID, $lane: SessionLane) {
    organization(slug: $slug) {
      sessions(kind: $kind, projectId: $projectId, lane: $lane) {
        totalCount
        nodes {
          id
        }
      }
      laneCounts(kind: $kind, projectId: $projectId) {
        lane
        count
      }
    }
  }
`);

async function byKind(
  team: Team,
  which: { kind?: SessionKind; projectId?: string; lane?: 'WORKING' | 'ARCHIVE' },
) {
  const { organization } = await team.owner.query(SessionsByKind, { slug: team.slug, ...which });
  if (!organization) throw new Error('The owner does not see the organization.');
  const { sessions, laneCounts } = organization;
  return {
    ids: sessions.nodes.map(({ id }) => id),
    totalCount: sessions.totalCount,
    counts: Object.fromEntries(laneCounts.map(({ lane, count }) => [lane, count])),
  };
}

describe('the filter by kind', () => {
  it('selects the sessions and the counts of their lanes', async ({ team }) => {
    const other = await team.register({ slug: 'lander' });
    const worker = await team.spawn();
    const orchestrator = await team.spawn({ kind: 'ORCHESTRATOR' });
    const elsewhere = await team.spawn({ kind: 'ORCHESTRATOR', projectId: other.id });
    await team.terminate(elsewhere.id);

    const all = await byKind(team, {});
    expect(all).toMatchObject({
      ids: [elsewhere.id, orchestrator.id, worker.id],
      counts: { WORKING: 2, ARCHIVE: 1 },
    });
    expect(await byKind(team, { kind: 'WORKER' })).toMatchObject({
      ids: [worker.id],
      totalCount: 1,
      counts: { WORKING: 1, ARCHIVE: 0 },
    });
    expect(await byKind(team, { kind: 'ORCHESTRATOR', lane: 'WORKING' })).toMatchObject({
      ids: [orchestrator.id],
      counts: { WORKING: 1, ARCHIVE: 1 },
    });
    expect(await byKind(team, { kind: 'ORCHESTRATOR', projectId: other.id })).toMatchObject({
      ids: [elsewhere.id],
      counts: { WORKING: 0, ARCHIVE: 1 },
    });
  });
});
