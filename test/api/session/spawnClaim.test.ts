/** A session that begins with a pull request: both, or neither. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseGlobalId } from '../../../src/globalId.ts';
import { graphql } from '../../graphql/gql.ts';
import type { SpawnClaimInput, SpawnSessionInput } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { RefreshPR, SpawnSession } from '../../support/mutations.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import { openPsql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { startWork, type Work } from '../../support/work.ts';

const Node = graphql(`
  query SessionThatWasNot($id: ID!) {
    node(id: $id) {
      id
    }
  }
`);

let work: Work;
beforeAll(async () => {
  work = await startWork();
});
afterAll(() => work.close());

let team: Team;
beforeEach(async () => {
  work.github.clear();
  team = await work.createTeam();
  team.onGitHub(7, { checks: [{ name: 'build' }] });
});

async function spawn(
  claim: Partial<SpawnClaimInput> = {},
  more: Partial<SpawnSessionInput> = {},
  by: Client = team.owner,
) {
  const input = { projectId: team.project.id, claimPR: { pr: '7', ...claim }, ...more };
  return (await by.query(SpawnSession, { input })).spawnSession;
}

const times = <Result>(count: number, act: (at: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, at) => act(at)));

async function rowsOf(table: 'session' | 'pull_request') {
  return await work.psql(`SELECT * FROM ${table} WHERE organization_id = $1`, [uuidOf(team.id)]);
}

/** The refusal of a spawn; nothing is written meanwhile. */
async function refusal(...args: Parameters<typeof spawn>) {
  const before = await team.footprint();
  const error = refused(await spawn(...args));
  expect(await team.footprint()).toEqual(before);
  return error;
}

describe('a spawn with a claim', () => {
  it('answers the session with its pull request', async () => {
    const spawned = succeeded(await spawn());
    expect(spawned).toMatchObject({
      session: { num: 1, name: 'rocket-1' },
      pullRequest: { number: 7, state: 'OPEN', ciState: 'PASSING', session: { id: spawned.session.id } },
      takenOverFrom: [],
    });
  });

  it('is heard whole, in one transaction: first the session, then what it claimed', async () => {
    const { requestId, session, pullRequest } = succeeded(await spawn());
    const changes = await team.changes({ requestId });
    expect(changes).toMatchObject([
      { type: 'SESSION_CREATED', entityId: session.id },
      { type: 'PR_CREATED', entityId: pullRequest?.id, payload: { row: { session: session.id } } },
      { type: 'PR_CHECK_RECORDED' },
    ]);
    expect(
      await work.psql('SELECT DISTINCT xid FROM change_log WHERE request_id = $1', [requestId]),
    ).toHaveLength(1);
    expect(await team.structureEvents('pr.claimed')).toMatchObject([
      { requestId, payload: { from: null, to: session.id } },
    ]);
  });

  it('takes the pull request over, unless told otherwise', async () => {
    const owner = await team.spawn();
    succeeded(await team.claim(owner.id, 7));
    const { requestId, session, takenOverFrom } = succeeded(await spawn());
    expect(takenOverFrom).toEqual([{ id: owner.id }]);
    expect(await team.changes({ requestId })).toMatchObject([
      { type: 'SESSION_CREATED', entityId: session.id },
      { type: 'PR_SESSION_CHANGED', payload: { from: owner.id, to: session.id } },
    ]);
  });

  it('needs no takeover from a terminated session', async () => {
    const owner = await team.spawn();
    succeeded(await team.claim(owner.id, 7));
    await team.terminate(owner.id);
    expect(succeeded(await spawn({ allowTakeover: false })).takenOverFrom).toEqual([{ id: owner.id }]);
  });

  it('claims a draft, and by a URL', async () => {
    team.onGitHub(7, { isDraft: true });
    const { pullRequest } = succeeded(await spawn({ pr: `https://github.com/${team.slug}/rocket/pull/7` }));
    expect(pullRequest?.state).toBe('DRAFT');
  });

  it('draws ids that keep lists in order', async () => {
    const ids: string[] = [];
    for (const input of [{ claimPR: null }, {}, { claimPR: null }, {}]) {
      ids.push(uuidOf(succeeded(await spawn({}, input)).session.id));
    }
    expect(ids).toEqual(ids.toSorted());
    for (const id of ids) expect(id[14]).toBe('7');
  });
});

describe('a spawn without a claim', () => {
  it('answers no pull request, and asks no host', async () => {
    const spawned = succeeded(await spawn({}, { claimPR: null }));
    expect(spawned).toMatchObject({ pullRequest: null, takenOverFrom: [] });
    expect(work.github.requests).toEqual([]);
  });
});

type Refusal = {
  cause: string;
  claim?: Partial<SpawnClaimInput>;
  more?: () => Partial<SpawnSessionInput> | Promise<Partial<SpawnSessionInput>>;
  facts?: object;
};

/** Every reason for which a claim is refused, but for those that a new session cannot give. */
const REFUSALS: Refusal[] = [
  { cause: 'SESSION_NOT_CLAIMABLE', more: () => ({ kind: 'ORCHESTRATOR' }) },
  { cause: 'SESSION_NO_WORKSPACE', more: () => ({ workspacePath: null }) },
  {
    cause: 'SESSION_NOT_CLAIMABLE',
    more: async () => ({
      projectId: (await team.register({ slug: 'scratch', kind: 'SCRATCH', repoUrl: null })).id,
    }),
  },
  { cause: 'INVALID_PR_REF', claim: { pr: 'nonsense' } },
  {
    cause: 'PROJECT_NOT_RESOLVABLE',
    more: async () => ({ projectId: (await team.register({ slug: 'loose', repoUrl: null })).id }),
  },
  { cause: 'PR_PROJECT_MISMATCH', claim: { pr: 'https://github.com/somebody-else/rocket/pull/7' } },
  {
    cause: 'SCM_UNAVAILABLE',
    facts: { retryAfterSeconds: 17 },
    more: () => {
      work.github.failNext({ rateLimit: 'secondary', seconds: 17 });
      return {};
    },
  },
  { cause: 'PR_NOT_FOUND', claim: { pr: '8' } },
  {
    cause: 'PR_NOT_OPEN',
    facts: { state: 'MERGED' },
    more: () => {
      team.onGitHub(7, { state: 'MERGED' });
      return {};
    },
  },
  {
    cause: 'PR_CLAIMED_BY_ACTIVE_SESSION',
    claim: { allowTakeover: false },
    facts: { ownerSession: { name: 'rocket-1' } },
    more: async () => {
      succeeded(await team.claim((await team.spawn()).id, 7));
      return {};
    },
  },
];

describe('SPAWN_ROLLED_BACK', () => {
  it.each(REFUSALS)('by $cause', async ({ cause, claim, more, facts = {} }) => {
    const input = { ...(await more?.()), idempotencyKey: 'k' };
    const error = await refusal(claim, input);
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
  });

  it('takes no number: the next session has it', async () => {
    succeeded(await team.claim((await team.spawn()).id, 7));
    await refusal({ allowTakeover: false });
    expect((await team.spawn()).num).toBe(2);
  });

  it('is what becomes of a spawn whose pull request is merged while the host answers', async () => {
    const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
    const hold = work.github.holdNext();
    const spawning = spawn();
    await hold.arrived;
    team.onGitHub(7, { state: 'MERGED' });
    const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId: pullRequest.id } });
    succeeded(refreshPR);
    hold.release();
    expect(refused(await spawning)).toMatchObject({ cause: { code: 'PR_NOT_OPEN', state: 'MERGED' } });
    expect(await rowsOf('session')).toHaveLength(1);
  });

  it('remembers nothing under its key, so that it can be tried again', async () => {
    const key = { idempotencyKey: 'k' };
    work.github.failNext({ rateLimit: 'secondary', seconds: 17 });
    expect((await refusal({}, key)).code).toBe('SPAWN_ROLLED_BACK');
    expect(succeeded(await spawn({}, key)).session.num).toBe(1);
  });
});

describe('what is refused before the claim', () => {
  it.each([
    ['', 'must not be empty'],
    [' \n', 'must not be empty'],
    ['1'.repeat(2001), 'must have at most 2000 characters'],
  ])('INVALID_INPUT: %j names no pull request', async (pr, message) => {
    expect(await refusal({ pr }, { displayName: '' })).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [
        { path: 'displayName', message: 'must not be empty' },
        { path: 'claimPR.pr', message },
      ],
    });
  });

  it('comes first, in the documented order', async () => {
    const [agent, kim] = [await team.hire(), await team.hire({ name: 'Kim' })];
    // The first use of a token is noted with it.
    await kim.query(Node, { id: team.id });
    succeeded(await spawn({}, { idempotencyKey: 'used' }));
    work.github.requests.length = 0;
    const archive = (at: string) =>
      work.psql(`UPDATE project SET archived_at = ${at} WHERE id = $1`, [uuidOf(team.project.id)]);
    await archive('now()');
    await work.psql(`UPDATE agent SET status = 'ERROR' WHERE id = $1`, [uuidOf(agent.id)]);
    let by: Client = await work.app.signUp('Eve');
    let more: Partial<SpawnSessionInput> = { displayName: '', agentId: agent.id, idempotencyKey: 'used' };
    const code = async () => (await refusal({ pr: 'nonsense' }, more, by)).code;

    expect(await code()).toBe('INVALID_INPUT');
    more = { ...more, displayName: null };
    expect(await code()).toBe('NOT_FOUND');
    by = kim;
    expect(await code()).toBe('FORBIDDEN');
    by = team.owner;
    expect(await code()).toBe('IDEMPOTENCY_CONFLICT');
    more = { ...more, idempotencyKey: null };
    expect(await refusal({ pr: 'nonsense' }, more, by)).toMatchObject({ issues: [{ path: 'projectId' }] });
    await archive('NULL');
    expect(await code()).toBe('AGENT_NOT_RUNNING');
    more = { ...more, agentId: null };
    expect(await code()).toBe('SPAWN_ROLLED_BACK');
    expect(work.github.requests).toEqual([]);
  });
});

describe('a spawn whose ground gives way while the host answers', () => {
  async function spawnWhile(meanwhile: string, id: string, more: Partial<SpawnSessionInput> = {}) {
    const hold = work.github.holdNext();
    const spawning = spawn({}, more);
    await hold.arrived;
    await work.psql(meanwhile, [uuidOf(id)]);
    hold.release();
    const error = refused(await spawning);
    expect(await rowsOf('session')).toEqual([]);
    expect(await rowsOf('pull_request')).toEqual([]);
    return error;
  }

  it('is refused when its project is archived', async () => {
    const archive = 'UPDATE project SET archived_at = now() WHERE id = $1';
    expect(await spawnWhile(archive, team.project.id)).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'projectId' }],
    });
  });

  it('is refused when its agent ends', async () => {
    const agent = await team.hire();
    const end = `UPDATE agent SET status = 'STOPPED', offboarded_at = now() WHERE id = $1`;
    expect(await spawnWhile(end, agent.id, { agentId: agent.id })).toMatchObject({
      code: 'AGENT_NOT_RUNNING',
      status: 'STOPPED',
    });
  });
});

describe('many at once', () => {
  it('get the pull request to one of them when no takeover is allowed, and leave one session', async () => {
    const results = await times(50, () => spawn({ allowTakeover: false }));
    const [winner, ...more] = results.filter((result) => hasSucceeded(result));
    expect(more).toEqual([]);
    if (!winner) throw new Error('Nobody got it.');
    const errors = results.filter((result) => result !== winner).map((result) => refused(result));
    expect(errors).toHaveLength(49);
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'SPAWN_ROLLED_BACK',
        cause: { code: 'PR_CLAIMED_BY_ACTIVE_SESSION', ownerSession: { id: winner.session.id } },
      });
    }
    expect(await rowsOf('session')).toMatchObject([{ id: uuidOf(winner.session.id), num: 1 }]);
    expect(await rowsOf('pull_request')).toMatchObject([{ session_id: uuidOf(winner.session.id) }]);
    expect(
      await team.changes({ types: ['SESSION_CREATED', 'PR_CREATED', 'PR_SESSION_CHANGED'] }),
    ).toHaveLength(2);
  });

  it('hand it on when takeovers are allowed, and leave as many sessions as there were spawns', async () => {
    const spawned = (await times(20, () => spawn())).map(succeeded);
    expect(await rowsOf('session')).toHaveLength(20);
    expect(spawned.filter(({ takenOverFrom }) => takenOverFrom.length === 0)).toHaveLength(1);
    const lost = spawned.flatMap(({ takenOverFrom }) => takenOverFrom.map(({ id }) => id));
    expect(new Set(lost).size).toBe(19);
    const [pullRequest] = (await rowsOf('pull_request')) as { session_id: string }[];
    expect(lost.map(uuidOf)).not.toContain(pullRequest?.session_id);
  });

  it('are one under one key, and so they are later', async () => {
    const key = { idempotencyKey: 'once' };
    const twins = (await times(3, () => spawn({}, key))).map(succeeded);
    twins.push(succeeded(await spawn({}, key)));
    expect(new Set(twins.map(({ session }) => session.id)).size).toBe(1);
    expect(new Set(twins.map(({ requestId }) => requestId)).size).toBe(1);
    expect(new Set(twins.map(({ pullRequest }) => pullRequest?.id)).size).toBe(1);
    expect(await rowsOf('session')).toHaveLength(1);
    expect(await team.changes({ requestId: twins[0]?.requestId })).toHaveLength(3);
  });

  it('are one under one key though all but one are refused by the claim of the other', async () => {
    const twins = await times(5, () => spawn({ allowTakeover: false }, { idempotencyKey: 'once' }));
    expect(new Set(twins.map((twin) => succeeded(twin).session.id)).size).toBe(1);
  });
});

describe('what the database refuses', () => {
  it('leaves no session: a claim that fails in an unforeseen way is rolled back with it', async () => {
    await using psql = await openPsql(work.app.app.db.url);
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
