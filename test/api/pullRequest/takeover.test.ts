import { graphql } from '../../graphql/gql.ts';
import { succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import { describe, expect, it } from '../../support/test.ts';

const TransferHeard = graphql(`
  subscription TransferHeard($organizationId: ID!, $sessionId: ID, $projectId: ID, $after: String) {
    prSessionChanged(
      organizationId: $organizationId
      sessionId: $sessionId
      projectId: $projectId
      after: $after
    ) {
      requestId
      pullRequest {
        id
        title
      }
      fromSession {
        id
      }
      toSession {
        id
      }
    }
  }
`);

let owner: { id: string; name: string };
let claimer: { id: string; name: string };
let pullRequestId: string;
it.beforeEach(async ({ team }) => {
  [owner, claimer] = await Promise.all([team.spawn(), team.spawn()]);
  team.onGitHub(7);
  pullRequestId = succeeded(await team.claim(owner.id, 7)).pullRequest.id;
});

async function nudgeState(psql: Psql): Promise<unknown> {
  const [row] = await psql<{ nudge_state: unknown }>('SELECT nudge_state FROM pull_request WHERE id = $1', [
    uuidOf(pullRequestId),
  ]);
  return row?.nudge_state;
}

describe('a takeover by claimPR', () => {
  it('is allowed by default and returns the former holder', async ({ team }) => {
    const claimed = succeeded(await team.claim(claimer.id, 7));
    expect(claimed).toMatchObject({
      session: { id: claimer.id },
      pullRequest: { id: pullRequestId, session: { id: claimer.id } },
      takenOverFrom: [{ id: owner.id }],
      branchChanged: false,
    });
  });

  it('is one PR_SESSION_CHANGED while the facts are the same, and a change of the status of both sessions', async ({
    team,
  }) => {
    const { requestId } = succeeded(await team.claim(claimer.id, 7));
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'PR_SESSION_CHANGED',
        entityId: pullRequestId,
        payload: { from: owner.id, to: claimer.id, row: { session: claimer.id }, changed: ['session'] },
      },
      { type: 'SESSION_UPDATED' },
      { type: 'SESSION_UPDATED' },
    ]);
  });

  it('is one PR_SESSION_CHANGED and one PR_UPDATED, both with the final row, when facts changed too', async ({
    team,
  }) => {
    team.onGitHub(7, {
      title: 'Renamed',
      reviewDecision: 'APPROVED',
      checks: [{ name: 'build', conclusion: 'FAILURE' }],
    });
    const { requestId, pullRequest } = succeeded(await team.claim(claimer.id, 7));
    const { session, ...facts } = pullRequest;
    expect(facts).toMatchObject({ title: 'Renamed', reviewDecision: 'APPROVED', ciState: 'FAILING' });
    const row = { ...facts, session: session?.id };
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'PR_SESSION_CHANGED', payload: { from: owner.id, to: claimer.id, row } },
      {
        type: 'PR_UPDATED',
        payload: {
          row,
          changed: ['ciState', 'mergeability', 'mergeabilityReasons', 'reviewDecision', 'title'],
        },
      },
      { type: 'PR_CHECK_RECORDED' },
      { type: 'SESSION_UPDATED' },
      { type: 'SESSION_UPDATED' },
    ]);
  });

  it('leaves the row of the former holder unchanged', async ({ team, psql }) => {
    const [before] = await psql('SELECT * FROM session WHERE id = $1', [uuidOf(owner.id)]);
    succeeded(await team.claim(claimer.id, 7));
    expect(await psql('SELECT * FROM session WHERE id = $1', [uuidOf(owner.id)])).toEqual([before]);
  });

  it('writes an audit event with the ids and the names of the former and the new holder', async ({
    team,
  }) => {
    succeeded(await team.claim(claimer.id, 7));
    succeeded(await team.claim(owner.id, 7));
    succeeded(await team.claim(owner.id, 7));
    const name = `${team.slug}/rocket#7`;
    const [byOwner, byClaimer] = [owner, claimer].map((to) => ({ to: to.id, toName: to.name }));
    const [fromOwner, fromClaimer] = [owner, claimer].map((from) => ({ from: from.id, fromName: from.name }));
    expect(
      (await team.structureEvents('PR_CLAIMED')).map(({ subjectId, payload }) => ({ subjectId, payload })),
    ).toEqual([
      { subjectId: pullRequestId, payload: { name, from: null, fromName: null, ...byOwner } },
      { subjectId: pullRequestId, payload: { name, ...fromOwner, ...byClaimer } },
      { subjectId: pullRequestId, payload: { name, ...fromClaimer, ...byOwner } },
    ]);
  });

  it('clears the nudge state', async ({ team, psql }) => {
    await psql(`UPDATE pull_request SET nudge_state = '{"seen": "ci"}' WHERE id = $1`, [
      uuidOf(pullRequestId),
    ]);
    succeeded(await team.claim(claimer.id, 7));
    expect(await nudgeState(psql)).toEqual({});
  });

  it('can move a pull request to another project of the same repository', async ({ team }) => {
    const other = await team.register({ slug: 'booster' });
    const stranger = await team.spawn({ projectId: other.id });
    expect(succeeded(await team.claim(stranger.id, 7)).takenOverFrom).toEqual([{ id: owner.id }]);
  });
});

describe('a pull request of a terminated session', () => {
  it('can be claimed without allowTakeover, and the former holder is returned', async ({ team }) => {
    await team.terminate(owner.id);
    const claimed = succeeded(await team.claim(claimer.id, 7, { allowTakeover: false }));
    expect(claimed.takenOverFrom).toEqual([{ id: owner.id }]);
    expect((await team.changes({ requestId: claimed.requestId })).map(({ type }) => type)).toEqual([
      'PR_SESSION_CHANGED',
      'SESSION_UPDATED',
      'SESSION_UPDATED',
    ]);
  });

  it('stays with that session until it is claimed', async ({ team, psql }) => {
    await team.terminate(owner.id);
    const rows = await psql('SELECT session_id FROM pull_request WHERE id = $1', [uuidOf(pullRequestId)]);
    expect(rows).toEqual([{ session_id: uuidOf(owner.id) }]);
  });
});

describe('a subscription to prSessionChanged', () => {
  it('delivers a takeover to the filters of the former and the new session and project, and to no other', async ({
    team,
  }) => {
    const [otherProject, strangeProject] = [
      await team.register({ slug: 'booster' }),
      await team.register({ slug: 'lander' }),
    ];
    const newOwner = await team.spawn({ projectId: otherProject.id });
    const bystander = await team.spawn();
    const listen = (filter: { sessionId?: string; projectId?: string }) =>
      team.owner.subscribe(TransferHeard, { organizationId: team.id, ...filter });
    const sides = await Promise.all([
      listen({ sessionId: owner.id }),
      listen({ sessionId: newOwner.id }),
      listen({ projectId: team.project.id }),
      listen({ projectId: otherProject.id }),
      listen({ sessionId: owner.id, projectId: otherProject.id }),
      listen({}),
    ]);
    const others = await Promise.all([
      listen({ sessionId: bystander.id }),
      listen({ projectId: strangeProject.id }),
    ]);

    team.onGitHub(7, { title: 'Renamed' });
    const { requestId } = succeeded(await team.claim(newOwner.id, 7));
    for (const side of sides) {
      expect((await side.event()).prSessionChanged).toEqual({
        requestId,
        pullRequest: { id: pullRequestId, title: 'Renamed' },
        fromSession: { id: owner.id },
        toSession: { id: newOwner.id },
      });
    }

    // A last takeover that every subscription delivers proves that none delivered an earlier one.
    succeeded(await team.claim(bystander.id, 7));
    const { requestId: last } = succeeded(
      await team.claim((await team.spawn({ projectId: strangeProject.id })).id, 7),
    );
    const events = await Promise.all(others.map((other) => other.event()));
    expect(events[1]?.prSessionChanged.requestId).toBe(last);
    expect(events[0]?.prSessionChanged.toSession).toEqual({ id: bystander.id });
  });
});
