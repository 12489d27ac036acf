import { graphql } from '../../graphql/gql.ts';
import type { ReleasePrMutation } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { RefreshPR, ReleasePR } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import { describe, expect, it } from '../../support/test.ts';

const Passages = graphql(`
  subscription Passages($organizationId: ID!, $sessionId: ID, $projectId: ID) {
    prSessionChanged(organizationId: $organizationId, sessionId: $sessionId, projectId: $projectId) {
      requestId
      fromSession {
        id
      }
      toSession {
        id
      }
    }
  }
`);

let holder: { id: string; name: string };
let pullRequestId: string;
it.beforeEach(async ({ team }) => {
  holder = await team.spawn();
  team.onGitHub(7);
  pullRequestId = succeeded(await team.claim(holder.id, 7)).pullRequest.id;
});

async function release(
  client: Client,
  { sessionId = holder.id, ...input }: { sessionId?: string; idempotencyKey?: string } = {},
): Promise<ReleasePrMutation['releasePR']> {
  const { releasePR } = await client.query(ReleasePR, { input: { sessionId, pullRequestId, ...input } });
  return releasePR;
}

describe('releasePR', () => {
  it('leaves the pull request with no session, in its project and with its facts', async ({ team }) => {
    expect(succeeded(await release(team.owner))).toMatchObject({
      session: { id: holder.id },
      pullRequest: { id: pullRequestId, number: 7, session: null, project: { id: team.project.id } },
    });
  });

  it('is one PR_SESSION_CHANGED with `to` null', async ({ team }) => {
    const { requestId } = succeeded(await release(team.owner));
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'PR_SESSION_CHANGED',
        entityId: pullRequestId,
        payload: {
          from: holder.id,
          to: null,
          changed: ['session'],
          row: { session: null, project: team.project.id },
        },
      },
      { type: 'SESSION_UPDATED', entityId: holder.id, payload: { row: { scmStatus: null } } },
    ]);
  });

  it('writes an audit event', async ({ team }) => {
    succeeded(await release(team.owner));
    expect(await team.structureEvents('PR_RELEASED')).toMatchObject([
      {
        subjectId: pullRequestId,
        payload: {
          name: `${team.slug}/rocket#7`,
          from: holder.id,
          fromName: holder.name,
          to: null,
          toName: null,
        },
        actor: { kind: 'USER' },
      },
    ]);
  });

  it('happens once under an idempotency key', async ({ team }) => {
    const first = succeeded(await release(team.owner, { idempotencyKey: 'give-up' }));
    succeeded(await team.claim(holder.id, 7));
    expect(succeeded(await release(team.owner, { idempotencyKey: 'give-up' }))).toMatchObject({
      requestId: first.requestId,
      pullRequest: { session: { id: holder.id } },
    });
  });

  it('releases a merged pull request, and one of a terminated session', async ({ team }) => {
    await team.terminate(holder.id);
    team.onGitHub(7, { state: 'MERGED' });
    succeeded((await team.owner.query(RefreshPR, { input: { pullRequestId } })).refreshPR);
    expect(succeeded(await release(team.owner)).pullRequest).toMatchObject({
      state: 'MERGED',
      session: null,
    });
  });

  it('answers PR_NOT_HELD with the session that holds it, or with null', async ({ team }) => {
    const other = await team.spawn();
    expect(refused(await release(team.owner, { sessionId: other.id }))).toMatchObject({
      code: 'PR_NOT_HELD',
      ownerSession: { id: holder.id },
    });
    succeeded(await release(team.owner));
    expect(refused(await release(team.owner))).toMatchObject({ code: 'PR_NOT_HELD', ownerSession: null });
  });

  it('answers NOT_FOUND for a pull request of another organization', async ({ team, createTeam }) => {
    const other = await createTeam(team.owner);
    const { id: sessionId } = await other.spawn();
    expect(refused(await release(team.owner, { sessionId }))).toMatchObject({
      code: 'NOT_FOUND',
      field: 'pullRequestId',
    });
  });
});

describe('a release and a takeover at the same time', () => {
  it('happen one after the other, and the history is that of what was answered', async ({ team, psql }) => {
    const { id } = await team.spawn();
    const [released, claimed] = await Promise.all([release(team.owner), team.claim(id, 7)]);
    expect(succeeded(claimed).takenOverFrom).toEqual(hasSucceeded(released) ? [] : [{ id: holder.id }]);
    const claims = await psql<{ how: string }>(
      'SELECT how FROM pull_request_claim WHERE pull_request_id = $1 ORDER BY at, id',
      [uuidOf(pullRequestId)],
    );
    expect(claims.map(({ how }) => how)).toEqual(
      hasSucceeded(released) ? ['CLAIM', 'RELEASE', 'CLAIM'] : ['CLAIM', 'TAKEOVER'],
    );
  });
});

describe('a released pull request', () => {
  it('is claimed with one PR_SESSION_CHANGED with `from` null, and at most one PR_UPDATED', async ({
    team,
  }) => {
    succeeded(await release(team.owner));
    team.onGitHub(7, { title: 'Renamed' });
    const { id } = await team.spawn();
    const claimed = succeeded(await team.claim(id, 7, { allowTakeover: false }));
    expect(claimed).toMatchObject({
      pullRequest: { id: pullRequestId, session: { id } },
      takenOverFrom: [],
    });
    expect(await team.changes({ requestId: claimed.requestId })).toMatchObject([
      { type: 'PR_SESSION_CHANGED', payload: { from: null, to: id, changed: ['session'] } },
      { type: 'PR_UPDATED', payload: { changed: ['title'] } },
      { type: 'SESSION_UPDATED', entityId: id },
    ]);
    expect((await team.structureEvents('PR_CLAIMED')).at(-1)?.payload).toMatchObject({ from: null, to: id });
  });

  it('is refreshed by a member, and not by the agent that held it', async ({ team }) => {
    const agent = await team.hire();
    const { id: sessionId } = await team.spawn({ agentId: agent.id });
    succeeded(await team.claim(sessionId, 7));
    succeeded(await release(agent, { sessionId }));
    team.onGitHub(7, { title: 'Renamed' });
    const input = { pullRequestId };
    expect(refused((await agent.query(RefreshPR, { input })).refreshPR)).toMatchObject({ code: 'FORBIDDEN' });
    const { requestId, pullRequest } = succeeded((await team.owner.query(RefreshPR, { input })).refreshPR);
    expect(pullRequest).toMatchObject({ title: 'Renamed', session: null });
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'PR_UPDATED', payload: { row: { session: null, project: team.project.id } } },
    ]);
  });

  it('ends no session with its merge', async ({ team, psql }) => {
    await psql('UPDATE session SET terminate_on_pr_merge = true WHERE id = $1', [uuidOf(holder.id)]);
    succeeded(await release(team.owner));
    await psql(`UPDATE pull_request SET state = 'MERGED' WHERE id = $1`, [uuidOf(pullRequestId)]);
    expect(await psql('SELECT FROM session WHERE id = $1 AND is_terminated', [uuidOf(holder.id)])).toEqual(
      [],
    );
  });

  it('lets the session that held it be deleted', async ({ team, psql }) => {
    succeeded(await release(team.owner));
    await psql('DELETE FROM session WHERE id = $1', [uuidOf(holder.id)]);
    expect(await team.changes({ types: ['SESSION_DELETED'] })).toMatchObject([{ entityId: holder.id }]);
  });
});

describe('prSessionChanged', () => {
  it('delivers a release to the filters of the session and its project', async ({ team }) => {
    const listen = (filter: { sessionId?: string; projectId?: string }) =>
      team.owner.subscribe(Passages, { organizationId: team.id, ...filter });
    const sides = await Promise.all([
      listen({ sessionId: holder.id }),
      listen({ projectId: team.project.id }),
      listen({}),
    ]);
    const { requestId } = succeeded(await release(team.owner));
    for (const side of sides) {
      expect((await side.event()).prSessionChanged).toEqual({
        requestId,
        fromSession: { id: holder.id },
        toSession: null,
      });
    }
  });

  it('delivers the next claim to the filter of the project that the pull request left', async ({ team }) => {
    succeeded(await release(team.owner));
    const other = await team.register({ slug: 'booster' });
    const { id } = await team.spawn({ projectId: other.id });
    const left = await team.owner.subscribe(Passages, {
      organizationId: team.id,
      projectId: team.project.id,
    });
    const { requestId } = succeeded(await team.claim(id, 7));
    expect((await left.event()).prSessionChanged).toEqual({
      requestId,
      fromSession: null,
      toSession: { id },
    });
  });
});
