/** spawnSession with claimPR creates the session and the claim together, or neither. */

import { parseGlobalId } from '../../../src/value/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { SpawnClaimInput, SpawnSessionInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import type { GitHub } from '../../support/github/github.ts';
import { RefreshPR, SpawnSession } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';

const Node = graphql(`
  query SessionThatWasNot($id: ID!) {
    node(id: $id) {
      id
    }
  }
`);

it.beforeEach(async ({ team, github }) => {
  github.clear();
  team.onGitHub(7, { checks: [{ name: 'build' }] });
});

async function spawn(
  team: Team,
  claim: Partial<SpawnClaimInput> = {},
  more: Partial<SpawnSessionInput> = {},
  by: Client = team.owner,
) {
  const input = { projectId: team.project.id, claimPR: { pr: '7', ...claim }, ...more };
  return (await by.query(SpawnSession, { input })).spawnSession;
}

const times = <Result>(count: number, act: (at: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, at) => act(at)));

async function rowsOf(team: Team, psql: Psql, table: 'session' | 'pull_request') {
  return await psql(`SELECT * FROM ${table} WHERE organization_id = $1`, [uuidOf(team.id)]);
}

/** The error of a refused spawn, which must write nothing. */
async function refusal(...args: Parameters<typeof spawn>) {
  const [team] = args;
  const before = await team.footprint();
  const error = refused(await spawn(...args));
  expect(await team.footprint()).toEqual(before);
  return error;
}

describe('spawnSession with claimPR', () => {
  it('returns the session and its pull request', async ({ team }) => {
    const spawned = succeeded(await spawn(team));
    expect(spawned).toMatchObject({
      session: { num: 1, name: 'rocket-1' },
      pullRequest: { number: 7, state: 'OPEN', ciState: 'PASSING', session: { id: spawned.session.id } },
      takenOverFrom: [],
    });
  });

  it('writes the session and then the claim in one transaction', async ({ team, psql }) => {
    const { requestId, session, pullRequest } = succeeded(await spawn(team));
    const changes = await team.changes({ requestId });
    expect(changes).toMatchObject([
      { type: 'SESSION_CREATED', entityId: session.id },
      { type: 'PR_CREATED', entityId: pullRequest?.id, payload: { row: { session: session.id } } },
      { type: 'PR_CHECK_RECORDED' },
    ]);
    expect(await psql('SELECT DISTINCT xid FROM change_log WHERE request_id = $1', [requestId])).toHaveLength(
      1,
    );
    expect(await team.structureEvents('PR_CLAIMED')).toMatchObject([
      { requestId, payload: { from: null, to: session.id } },
    ]);
  });

  it('takes the pull request over by default', async ({ team }) => {
    const owner = await team.spawn();
    succeeded(await team.claim(owner.id, 7));
    const { requestId, session, takenOverFrom } = succeeded(await spawn(team));
    expect(takenOverFrom).toEqual([{ id: owner.id }]);
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'SESSION_CREATED', entityId: session.id },
      { type: 'PR_SESSION_CHANGED', payload: { from: owner.id, to: session.id } },
      { type: 'SESSION_UPDATED', entityId: owner.id, payload: { row: { scmStatus: null } } },
    ]);
  });

  it('claims from a terminated session without allowTakeover', async ({ team }) => {
    const owner = await team.spawn();
    succeeded(await team.claim(owner.id, 7));
    await team.terminate(owner.id);
    expect(succeeded(await spawn(team, { allowTakeover: false })).takenOverFrom).toEqual([{ id: owner.id }]);
  });

  it('claims a draft by its URL', async ({ team }) => {
    team.onGitHub(7, { isDraft: true });
    const { pullRequest } = succeeded(
      await spawn(team, { pr: `https://github.com/${team.slug}/rocket/pull/7` }),
    );
    expect(pullRequest?.state).toBe('DRAFT');
  });

  it('creates ids in ascending order, with and without a claim', async ({ team }) => {
    const ids: string[] = [];
    for (const input of [{ claimPR: null }, {}, { claimPR: null }, {}]) {
      ids.push(uuidOf(succeeded(await spawn(team, {}, input)).session.id));
    }
    expect(ids).toEqual(ids.toSorted());
    for (const id of ids) expect(id[14]).toBe('7');
  });
});

describe('spawnSession without claimPR', () => {
  it('returns no pull request and does not ask GitHub', async ({ team, github }) => {
    const spawned = succeeded(await spawn(team, {}, { claimPR: null }));
    expect(spawned).toMatchObject({ pullRequest: null, takenOverFrom: [] });
    expect(github.requests).toEqual([]);
  });
});

type Refusal = {
  cause: string;
  claim?: Partial<SpawnClaimInput>;
  more?: (team: Team, github: GitHub) => Partial<SpawnSessionInput> | Promise<Partial<SpawnSessionInput>>;
  facts?: object;
};

/** Every error of a claim, except those that a new session cannot cause. */
const REFUSALS: Refusal[] = [
  { cause: 'SESSION_NOT_CLAIMABLE', more: () => ({ kind: 'ORCHESTRATOR' }) },
  { cause: 'SESSION_NO_WORKSPACE', more: () => ({ workspacePath: null }) },
  {
    cause: 'SESSION_NOT_CLAIMABLE',
    more: async (team) => ({
      projectId: (await team.register({ slug: 'scratch', kind: 'SCRATCH', repoUrl: null })).id,
    }),
  },
  { cause: 'INVALID_PR_REF', claim: { pr: 'nonsense' } },
  {
    cause: 'PROJECT_NOT_RESOLVABLE',
    more: async (team) => ({ projectId: (await team.register({ slug: 'loose', repoUrl: null })).id }),
  },
  { cause: 'PR_PROJECT_MISMATCH', claim: { pr: 'https://github.com/somebody-else/rocket/pull/7' } },
  {
    cause: 'SCM_UNAVAILABLE',
    facts: { retryAfterSeconds: 17 },
    more: (_team, github) => {
      github.failNext({ rateLimit: 'secondary', seconds: 17 });
      return {};
    },
  },
  { cause: 'PR_NOT_FOUND', claim: { pr: '8' } },
  {
    cause: 'PR_NOT_OPEN',
    facts: { state: 'MERGED' },
    more: (team) => {
      team.onGitHub(7, { state: 'MERGED' });
      return {};
    },
  },
  {
    cause: 'PR_CLAIMED_BY_ACTIVE_SESSION',
    claim: { allowTakeover: false },
    facts: { ownerSession: { name: 'rocket-1' } },
    more: async (team) => {
      succeeded(await team.claim((await team.spawn()).id, 7));
      return {};
    },
  },
];

describe('SPAWN_ROLLED_BACK', () => {
  it.for(REFUSALS)(
    'has the cause $cause and leaves no session',
    async ({ cause, claim, more, facts = {} }, { team, github }) => {
      const input = { ...(await more?.(team, github)), idempotencyKey: 'k' };
      const error = await refusal(team, claim, input);
      const pr = claim?.pr ?? '7';
      expect(error).toMatchObject({ code: 'SPAWN_ROLLED_BACK', pr, cause: { code: cause, ...facts } });
      if (!('cause' in error)) throw new Error('There is no cause.');
      for (const part of [
        `failed to claim PR ${pr}`,
        `rolled back session ${error.sessionId}`,
        error.cause.message,
      ])
        expect(error.message).toContain(part);
      expect(parseGlobalId(error.sessionId)?.type).toBe('Session');
      expect((await team.owner.query(Node, { id: error.sessionId })).node).toBeNull();
    },
  );

  it('uses no number: the next session gets it', async ({ team }) => {
    succeeded(await team.claim((await team.spawn()).id, 7));
    await refusal(team, { allowTakeover: false });
    expect((await team.spawn()).num).toBe(2);
  });

  it('is returned when the pull request is merged while GitHub answers', async ({ team, psql, github }) => {
    const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
    const hold = github.holdNext();
    const spawning = spawn(team);
    await hold.arrived;
    team.onGitHub(7, { state: 'MERGED' });
    const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId: pullRequest.id } });
    succeeded(refreshPR);
    hold.release();
    expect(refused(await spawning)).toMatchObject({ cause: { code: 'PR_NOT_OPEN', state: 'MERGED' } });
    expect(await rowsOf(team, psql, 'session')).toHaveLength(1);
  });

  it('stores nothing under the idempotencyKey, so the spawn can be retried', async ({ team, github }) => {
    const key = { idempotencyKey: 'k' };
    github.failNext({ rateLimit: 'secondary', seconds: 17 });
    expect((await refusal(team, {}, key)).code).toBe('SPAWN_ROLLED_BACK');
    expect(succeeded(await spawn(team, {}, key)).session.num).toBe(1);
  });
});

describe('spawnSession with claimPR before the claim', () => {
  it.for([
    ['', 'must not be empty'],
    [' \n', 'must not be empty'],
    ['1'.repeat(2001), 'must have at most 2000 characters'],
  ] as const)(
    'returns INVALID_INPUT for an empty or too long reference (case %$)',
    async ([pr, message], { team }) => {
      expect(await refusal(team, { pr }, { displayName: '' })).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [
          { path: 'displayName', message: 'must not be empty' },
          { path: 'claimPR.pr', message },
        ],
      });
    },
  );

  it('returns the first of several errors in the documented order', async ({ team, psql, app, github }) => {
    const [agent, kim] = [await team.hire(), await team.hire({ name: 'Kim' })];
    // The first use of a token is recorded, so it must come before the test reads the rows.
    await kim.query(Node, { id: team.id });
    succeeded(await spawn(team, {}, { idempotencyKey: 'used' }));
    github.requests.length = 0;
    const archive = (at: string) =>
      psql(`UPDATE project SET archived_at = ${at} WHERE id = $1`, [uuidOf(team.project.id)]);
    await archive('now()');
    await psql(`UPDATE agent SET status = 'ERROR' WHERE id = $1`, [uuidOf(agent.id)]);
    let by: Client = await app.signUp('Eve');
    let more: Partial<SpawnSessionInput> = { displayName: '', agentId: agent.id, idempotencyKey: 'used' };
    const code = async () => (await refusal(team, { pr: 'nonsense' }, more, by)).code;

    expect(await code()).toBe('INVALID_INPUT');
    more = { ...more, displayName: null };
    expect(await code()).toBe('NOT_FOUND');
    by = kim;
    expect(await code()).toBe('FORBIDDEN');
    by = team.owner;
    expect(await code()).toBe('IDEMPOTENCY_CONFLICT');
    more = { ...more, idempotencyKey: null };
    expect(await refusal(team, { pr: 'nonsense' }, more, by)).toMatchObject({
      issues: [{ path: 'projectId' }],
    });
    await archive('NULL');
    expect(await code()).toBe('AGENT_NOT_RUNNING');
    more = { ...more, agentId: null };
    expect(await code()).toBe('SPAWN_ROLLED_BACK');
    expect(github.requests).toEqual([]);
  });
});

describe('spawnSession with claimPR while GitHub answers', () => {
  async function spawnWhile(
    team: Team,
    psql: Psql,
    github: GitHub,
    meanwhile: string,
    id: string,
    more: Partial<SpawnSessionInput> = {},
  ) {
    const hold = github.holdNext();
    const spawning = spawn(team, {}, more);
    await hold.arrived;
    await psql(meanwhile, [uuidOf(id)]);
    hold.release();
    const error = refused(await spawning);
    expect(await rowsOf(team, psql, 'session')).toEqual([]);
    expect(await rowsOf(team, psql, 'pull_request')).toEqual([]);
    return error;
  }

  it('is refused when its project is archived', async ({ team, psql, github }) => {
    const archive = 'UPDATE project SET archived_at = now() WHERE id = $1';
    expect(await spawnWhile(team, psql, github, archive, team.project.id)).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'projectId' }],
    });
  });

  it('is refused when its agent stops', async ({ team, psql, github }) => {
    const agent = await team.hire();
    const end = `UPDATE agent SET status = 'STOPPED', offboarded_at = now() WHERE id = $1`;
    expect(await spawnWhile(team, psql, github, end, agent.id, { agentId: agent.id })).toMatchObject({
      code: 'AGENT_NOT_RUNNING',
      status: 'STOPPED',
    });
  });
});

describe('concurrent spawnSession mutations with claimPR', () => {
  it('create one session and roll back all others without allowTakeover', async ({ team, psql }) => {
    const results = await times(50, () => spawn(team, { allowTakeover: false }));
    const [winner, ...more] = results.filter((result) => hasSucceeded(result));
    expect(more).toEqual([]);
    if (!winner) throw new Error('No spawn succeeded.');
    const errors = results.filter((result) => result !== winner).map((result) => refused(result));
    expect(errors).toHaveLength(49);
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'SPAWN_ROLLED_BACK',
        cause: { code: 'PR_CLAIMED_BY_ACTIVE_SESSION', ownerSession: { id: winner.session.id } },
      });
    }
    expect(await rowsOf(team, psql, 'session')).toMatchObject([{ id: uuidOf(winner.session.id), num: 1 }]);
    expect(await rowsOf(team, psql, 'pull_request')).toMatchObject([
      { session_id: uuidOf(winner.session.id) },
    ]);
    expect(
      await team.changes({ types: ['SESSION_CREATED', 'PR_CREATED', 'PR_SESSION_CHANGED'] }),
    ).toHaveLength(2);
  });

  it('take the pull request over one after another with allowTakeover', async ({ team, psql }) => {
    const spawned = (await times(20, () => spawn(team))).map(succeeded);
    expect(await rowsOf(team, psql, 'session')).toHaveLength(20);
    expect(spawned.filter(({ takenOverFrom }) => takenOverFrom.length === 0)).toHaveLength(1);
    const lost = spawned.flatMap(({ takenOverFrom }) => takenOverFrom.map(({ id }) => id));
    expect(new Set(lost).size).toBe(19);
    const [pullRequest] = (await rowsOf(team, psql, 'pull_request')) as { session_id: string }[];
    expect(lost.map(uuidOf)).not.toContain(pullRequest?.session_id);
  });

  it('create one session under one idempotencyKey, which a later repetition returns', async ({
    team,
    psql,
  }) => {
    const key = { idempotencyKey: 'once' };
    const twins = (await times(3, () => spawn(team, {}, key))).map(succeeded);
    twins.push(succeeded(await spawn(team, {}, key)));
    expect(new Set(twins.map(({ session }) => session.id)).size).toBe(1);
    expect(new Set(twins.map(({ requestId }) => requestId)).size).toBe(1);
    expect(new Set(twins.map(({ pullRequest }) => pullRequest?.id)).size).toBe(1);
    expect(await rowsOf(team, psql, 'session')).toHaveLength(1);
    expect(await team.changes({ requestId: twins[0]?.requestId })).toHaveLength(3);
  });

  it('create one session under one idempotencyKey even without allowTakeover', async ({ team }) => {
    const twins = await times(5, () => spawn(team, { allowTakeover: false }, { idempotencyKey: 'once' }));
    expect(new Set(twins.map((twin) => succeeded(twin).session.id)).size).toBe(1);
  });
});

describe('spawnSession with a claim that fails unexpectedly in the database', () => {
  it('rolls the session back', async ({ team, database }) => {
    await using psql = await openPsql(database.url);
    await psql(`ALTER TABLE pull_request ADD CONSTRAINT none_of_mine CHECK (title <> 'Unforeseen')`);
    try {
      team.onGitHub(7, { title: 'Unforeseen' });
      const before = await team.footprint();
      const input = { projectId: team.project.id, claimPR: { pr: '7' } };
      const { errors } = await team.owner.send(SpawnSession, { input });
      expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_ERROR' } }]);
      expect(await team.footprint()).toEqual(before);
    } finally {
      await psql('ALTER TABLE pull_request DROP CONSTRAINT none_of_mine');
    }
  });
});
