/** A large organization: sessions of agents with pull requests, their checks, threads and reviews. */
import pg from 'pg';

export type Size = { sessions: number; pullRequests: number };

const PROJECTS = 10;
const AGENTS = 200;

/**
 * Fills an organization that has an owner.
 *
 * @param liveShare the share of live sessions. Most of them are idle, so their pull requests determine their status.
 */
export async function fill(url: string, slug: string, { sessions, pullRequests }: Size, liveShare: number) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = (sql: string, values: unknown[] = []) => client.query(sql, values);
  // Without foreign keys, and without the triggers that would number and end the sessions.
  await run('SET session_replication_role = replica');
  await run(`SELECT set_config('bench.organization', id::text, false) FROM organization WHERE slug = $1`, [
    slug,
  ]);
  const organization = `current_setting('bench.organization')::uuid`;
  await run(
    `INSERT INTO project (organization_id, slug, name, last_session_num)
     SELECT ${organization}, 'project-' || n, 'Project ' || n, $1 FROM generate_series(1, ${PROJECTS}) n`,
    [sessions],
  );
  await run(
    `INSERT INTO agent (organization_id, name, role, status, hired_by_id)
     SELECT ${organization}, 'Agent ' || n, 'developer', 'RUNNING', (SELECT id FROM "user" LIMIT 1)
       FROM generate_series(1, ${AGENTS}) n`,
  );
  // The stride is coprime to the other counters, so the values spread evenly.
  await run(
    `WITH
       p AS (SELECT id, row_number() OVER (ORDER BY slug) AS n FROM project WHERE organization_id = ${organization}),
       a AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM agent WHERE organization_id = ${organization})
     INSERT INTO session (
       organization_id, project_id, num, agent_id, activity_state, is_terminated, terminated_at, terminated_by_kind,
       terminated_by_name, activity_last_at, first_signal_at,
       workspace_path, created_at, updated_at
     )
     SELECT ${organization}, p.id, g, a.id,
            CASE
              WHEN ended THEN 'EXITED'
              WHEN g % 10 = 0 THEN 'ACTIVE'
              WHEN g % 20 = 1 THEN 'WAITING_INPUT'
              ELSE 'IDLE'
            END::activity_state,
            ended, CASE WHEN ended THEN now() END, CASE WHEN ended THEN 'SYSTEM' END::actor_kind,
            CASE WHEN ended THEN 'bench' END,
            now() - (g * 7919 % $1::int) * interval '1 min',
            CASE WHEN g % 25 > 0 THEN now() - g * interval '1 min' END,
            '/workspaces/' || g,
            now() - ($1::int - g) * interval '1 min',
            now() - (g * 104729 % $1::int) * interval '1 min'
       FROM generate_series(1, $1::int) g
      CROSS JOIN LATERAL (SELECT g * 0.618033989 % 1 >= $2::float AS ended) AS of_session
       JOIN p ON p.n = 1 + g % ${PROJECTS}
       JOIN a ON a.n = 1 + g % ${AGENTS}`,
    [sessions, liveShare],
  );
  // A session has zero to six, three on average. Every third one is stacked on the one before.
  await run(
    `WITH ordered AS (
       SELECT s.id AS session_id, s.num, k, s.created_at, row_number() OVER (ORDER BY k, s.num * 7919 % 10007) AS number
         FROM session s, generate_series(1, 1 + s.num % 6) k
        WHERE s.organization_id = ${organization}
     ), facts AS (
       SELECT *, abs(hashtext(session_id::text || k)) AS h FROM ordered WHERE number <= $1
     )
     INSERT INTO pull_request (
       organization_id, session_id, host, repo_owner, repo_owner_key, repo_name, repo_name_key, number, url, title, author,
       source_branch, target_branch, is_draft, state, ci_state, review_decision, mergeability, merge_state_status, head_sha,
       created_at
     )
     SELECT ${organization}, session_id, 'github.com', $2, $2, 'rocket', 'rocket', number,
            'https://github.com/' || $2 || '/rocket/pull/' || number, 'Teach the engine to restart, part ' || k, 'octocat',
            'feature-' || num || '-' || k, CASE WHEN k % 3 = 2 THEN 'feature-' || num || '-' || k - 1 ELSE 'main' END,
            state = 'DRAFT', state,
            (ARRAY['UNKNOWN', 'PENDING', 'PASSING', 'PASSING', 'PASSING', 'PASSING', 'PASSING', 'FAILING'])[1 + h / 8 % 8]::ci_state,
            (ARRAY['NONE', 'APPROVED', 'CHANGES_REQUESTED', 'REVIEW_REQUIRED', 'REVIEW_REQUIRED'])[1 + h / 64 % 5]::review_decision,
            (ARRAY['UNKNOWN', 'MERGEABLE', 'CONFLICTING', 'BLOCKED', 'UNSTABLE'])[1 + h / 320 % 5]::mergeability,
            '', md5(h::text) || left(md5(k::text), 8), created_at + k * interval '1 s'
       FROM facts, LATERAL (
         SELECT (ARRAY['OPEN', 'OPEN', 'OPEN', 'DRAFT', 'MERGED', 'MERGED', 'MERGED', 'CLOSED'])[1 + h % 8]::pull_request_state AS state
       ) of_state`,
    [pullRequests, slug],
  );
  const each = `FROM pull_request p, generate_series(1, $1::int) k WHERE p.organization_id = ${organization}`;
  await run(
    `INSERT INTO pull_request_check (organization_id, pull_request_id, name, commit_sha, status)
     SELECT ${organization}, p.id, 'check ' || k, p.head_sha,
            (CASE WHEN p.ci_state = 'FAILING' AND k = 1 THEN 'FAILED' ELSE 'PASSED' END)::check_status ${each}`,
    [4],
  );
  await run(
    `INSERT INTO pull_request_review_thread (organization_id, pull_request_id, external_id, path, line, is_resolved, is_bot)
     SELECT ${organization}, p.id, 'thread ' || k, 'src/engine.ts', k,
            abs(hashtext(p.id::text || k)) % 8 > 0, abs(hashtext(p.id::text || k)) % 3 = 0 ${each}`,
    [2],
  );
  await run(
    `INSERT INTO pull_request_review_comment (organization_id, pull_request_id, thread_id, external_id, author, body, url)
     SELECT t.organization_id, t.pull_request_id, t.id, t.id || '-' || k, (ARRAY['ines', 'max'])[k], 'A remark.', 'https://github.com'
       FROM pull_request_review_thread t, generate_series(1, 2) k WHERE t.organization_id = ${organization}`,
  );
  await run(
    `INSERT INTO pull_request_review (organization_id, pull_request_id, external_id, author, state, submitted_at)
     SELECT ${organization}, p.id, 'review ' || k, (ARRAY['ines', 'max'])[1 + k % 2],
            (ARRAY['APPROVED', 'CHANGES_REQUESTED', 'NONE'])[1 + k % 3]::review_decision, now() - k * interval '1 h' ${each}`,
    [3],
  );
  await run('VACUUM ANALYZE');
  await client.end();
}
