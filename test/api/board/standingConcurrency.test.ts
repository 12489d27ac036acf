/** Kept standings under concurrent writers, other programs among them. */
import { graphql } from '../../graphql/gql.ts';
import { expectKeptStandings, pullRequest, session, writeSessions } from '../../support/board.ts';
import { ReportActivity } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../../support/psql.ts';
import type { Change } from '../../support/team.ts';
import { expect, it } from '../../support/test.ts';

const Standings = graphql(`
  query Standings($slug: String!) {
    organization(slug: $slug) {
      sessions(first: 100) {
        nodes {
          id
          displayStatus
          statusSince
          scmStatus
          lane
          laneSince
        }
      }
    }
  }
`);

const SESSIONS = 12;
/** Each writer has pull requests of its own, one of each session, so that only the standings are contended. */
const BRANCHES = ['onwards', 'backwards', 'repeatable', 'moved'];
const ROUNDS = 25;
const SERIALIZATION_FAILURE = '40001';

const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;

it('standings stay right, without a deadlock, while programs and clients write sessions, pull requests and threads', async ({
  team,
  psql,
  database,
}) => {
  team.onGitHub(7);
  const facts = Array.from({ length: SESSIONS }, () =>
    session({
      pullRequests: BRANCHES.map((sourceBranch) =>
        pullRequest({ sourceBranch, threads: [{ isResolved: true, isBot: false }] }),
      ),
    }),
  );
  const ids = (await writeSessions(psql, team, null, facts)).toSorted((a, b) =>
    uuidOf(a) < uuidOf(b) ? -1 : 1,
  );

  // Claims need a workspace.
  await psql(`UPDATE session SET workspace_path = 'work' WHERE id = ANY ($1)`, [ids.map(uuidOf)]);

  /** Runs transactions at its own connection, one after the other. */
  async function write(transaction: (program: Psql) => Promise<void>, isolation = 'read committed') {
    await using program = await openPsql(database.url);
    await program(`SET default_transaction_isolation = '${isolation}'`);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (;;) {
        try {
          await program('BEGIN');
          await transaction(program);
          await program('COMMIT');
          break;
        } catch (error) {
          await program('ROLLBACK');
          if ((error as { code?: string }).code !== SERIALIZATION_FAILURE || isolation === 'read committed')
            throw error;
        }
      }
    }
  }

  const raise = async (program: Psql, sessionIds: string[], branch: string) => {
    for (const id of sessionIds) {
      await program('UPDATE pull_request SET ci_state = $3 WHERE session_id = $1 AND source_branch = $2', [
        uuidOf(id),
        branch,
        pick(['FAILING', 'PASSING', 'PENDING']),
      ]);
    }
  };

  const report = async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const state = pick(['ACTIVE', 'IDLE', 'BLOCKED'] as const);
      const { reportActivity } = await team.owner.query(ReportActivity, {
        input: { sessionId: pick(ids), state },
      });
      succeeded(reportActivity);
    }
  };
  const takeOver = async () => {
    for (let round = 0; round < ROUNDS; round += 1) succeeded(await team.claim(pick(ids), 7));
  };

  const outcomes = await Promise.allSettled([
    write((program) => raise(program, ids, 'onwards')),
    write((program) => raise(program, ids.toReversed(), 'backwards')),
    write((program) => raise(program, [pick(ids), pick(ids)], 'repeatable'), 'repeatable read'),
    write(async (program) => {
      await program(
        `UPDATE session SET activity_state = $2 WHERE id IN (SELECT id FROM session WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE)`,
        [[pick(ids), pick(ids), pick(ids)].map(uuidOf), pick(['IDLE', 'WAITING_INPUT'])],
      );
    }),
    write(async (program) => {
      await program(
        `UPDATE pull_request SET session_id = $2 WHERE source_branch = 'moved'
            AND id = (SELECT id FROM pull_request WHERE session_id = $1 AND source_branch = 'moved' LIMIT 1)`,
        [uuidOf(pick(ids)), uuidOf(pick(ids))],
      );
    }),
    write(async (program) => {
      await program(
        `UPDATE pull_request_review_thread t SET is_resolved = NOT t.is_resolved
           FROM pull_request p WHERE p.id = t.pull_request_id AND p.source_branch = 'moved' AND p.session_id = $1`,
        [uuidOf(pick(ids))],
      );
    }),
    write(async (program) => {
      const [made] = await program<{ id: string }>(
        'INSERT INTO session (organization_id, project_id) VALUES ($1, $2) RETURNING id',
        [uuidOf(team.id), uuidOf(team.project.id)],
      );
      await program('UPDATE session SET branch = $2 WHERE id = $1', [made?.id, 'gone']);
      await program('DELETE FROM session WHERE id = $1', [made?.id]);
    }),
    report(),
    takeOver(),
  ]);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);

  await expectKeptStandings(psql);
  const changes = await team.changes({ types: ['SESSION_CREATED', 'SESSION_UPDATED'] });
  const last = new Map(changes.map((change) => [change.entityId, change]));
  const { organization } = await team.owner.query(Standings, { slug: team.slug });
  expect(organization?.sessions.nodes.length).toBe(SESSIONS);
  for (const { id, ...standing } of organization?.sessions.nodes ?? []) {
    expect(imageOf(last.get(id))).toMatchObject(standing);
  }
  // A page that only applies what events name as changed is right as well.
  for (const { id, ...standing } of organization?.sessions.nodes ?? []) {
    const applied: Record<string, unknown> = {};
    for (const change of changes.filter(({ entityId }) => entityId === id)) {
      const { changed } = change.payload as { changed: string[] };
      const names = change.type === 'SESSION_CREATED' ? Object.keys(standing) : changed;
      for (const name of names) applied[name] = imageOf(change)?.[name];
    }
    expect(applied).toMatchObject(standing);
  }
}, 60_000);

it('the last event of a session shows all of it, when a transaction that told nothing of it came between', async ({
  team,
  psql,
  database,
}) => {
  const [id] = await writeSessions(psql, team, null, [
    session({ pullRequests: [pullRequest({ threads: [{ isResolved: true, isBot: false }] })] }),
  ]);
  if (!id) throw new Error('No session was written.');
  await using sequencer = await openPsql(database.url);
  await using writer = await openPsql(database.url);
  // Nothing gets a position meanwhile.
  await sequencer('BEGIN');
  await sequencer('SELECT FROM feed_head FOR UPDATE');
  await writer('BEGIN');
  await writer(`UPDATE session SET branch = 'feature' WHERE id = $1`, [uuidOf(id)]);
  await psql(`UPDATE pull_request SET ci_state = 'FAILING' WHERE session_id = $1`, [uuidOf(id)]);
  await psql(
    `UPDATE pull_request_review_thread t SET is_outdated = true
       FROM pull_request p WHERE p.id = t.pull_request_id AND p.session_id = $1`,
    [uuidOf(id)],
  );
  await writer('COMMIT');
  await sequencer('COMMIT');
  const last = (await team.changes({ types: ['SESSION_UPDATED'] })).findLast(
    ({ entityId }) => entityId === id,
  );
  expect(imageOf(last)).toMatchObject({ branch: 'feature', displayStatus: 'CI_FAILED' });
});

it.for([
  [`activity_state = 'BLOCKED'`, `branch = 'feature'`],
  [`branch = 'feature'`, `activity_state = 'BLOCKED'`],
  [`branch = 'feature'`, `last_heard_at = now() - interval '2 hours'`],
])(
  'a transaction that sets %s and then %s derives the standing',
  async ([first, second], { team, psql, database }) => {
    const agent = await team.hire();
    const { id } = await team.spawn({ agentId: agent.id });
    await psql(`UPDATE session SET first_signal_at = now(), last_heard_at = now() WHERE id = $1`, [
      uuidOf(id),
    ]);
    await using program = await openPsql(database.url);
    await program('BEGIN');
    await program(`UPDATE session SET ${first} WHERE id = $1`, [uuidOf(id)]);
    await program(`UPDATE session SET ${second} WHERE id = $1`, [uuidOf(id)]);
    await program('COMMIT');
    await expectKeptStandings(psql);
    const last = (await team.changes({ types: ['SESSION_UPDATED'] })).findLast(
      ({ entityId }) => entityId === id,
    );
    expect(imageOf(last)?.displayStatus).not.toBe('WORKING');
    expect(imageOf(last)?.displayStatus).not.toBe('IDLE');
  },
);

const imageOf = (change: Change | undefined) => (change?.payload as { row: Record<string, unknown> })?.row;
