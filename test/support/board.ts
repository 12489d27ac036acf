/** Sessions and pull requests in any state, many at once, written by another program. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type {
  ActivityState,
  CiState,
  Mergeability,
  PullRequestState,
  ReviewDecision,
} from '../../prisma/client/enums.ts';
import { WRONG_STANDINGS } from '../../src/doctor/checks/standings.ts';
import { globalId } from '../../src/value/globalId.ts';
import { type Psql, uuidOf } from './psql.ts';
import type { Team } from './team.ts';

export type ThreadFacts = {
  isResolved: boolean;
  isBot: boolean;
  isByAuthor?: boolean;
  isOutdated?: boolean;
};

export type PullRequestFacts = {
  state: PullRequestState;
  ciState: CiState;
  requiredCiState: CiState | null;
  awaitsApproval: boolean;
  isInMergeQueue: boolean;
  isCrossRepository: boolean;
  reviewDecision: ReviewDecision;
  mergeability: Mergeability;
  repo: string;
  sourceBranch: string;
  targetBranch: string;
  threads: ThreadFacts[];
};

export type SessionFacts = {
  activityState: ActivityState;
  isTerminated: boolean;
  hasAgent: boolean;
  hasSignalled: boolean;
  /** Seconds since the last activity. */
  quietSeconds: number;
  pullRequests: PullRequestFacts[];
};

/** An open pull request with the defaults of all facts. */
export function pullRequest(facts: Partial<PullRequestFacts> = {}): PullRequestFacts {
  return {
    state: 'OPEN',
    ciState: 'UNKNOWN',
    requiredCiState: null,
    awaitsApproval: false,
    isInMergeQueue: false,
    isCrossRepository: false,
    reviewDecision: 'NONE',
    mergeability: 'UNKNOWN',
    repo: 'rocket',
    sourceBranch: 'feature',
    targetBranch: 'main',
    threads: [],
    ...facts,
  };
}

/** An idle session of a user. */
export function session(facts: Partial<SessionFacts> = {}): SessionFacts {
  return {
    activityState: 'IDLE',
    isTerminated: false,
    hasAgent: false,
    hasSignalled: false,
    quietSeconds: 0,
    pullRequests: [],
    ...facts,
  };
}

/** Expects the kept standing of every session to be the one that session_status derives. */
export async function expectKeptStandings(psql: Psql): Promise<void> {
  const wrong = await psql(
    `SELECT wrong, k AS kept, rule FROM (${WRONG_STANDINGS}) wrong
       LEFT JOIN session_standing k USING (session_id) LEFT JOIN session_status rule USING (session_id)`,
  );
  expect(wrong).toEqual([]);
}

/** Unique numbers for pull requests. */
let lastNumber = 100_000;

/**
 * Writes sessions of the team's project, those with an agent for `agent`. Returns their global ids in the same order.
 */
export async function writeSessions(
  psql: Psql,
  team: Team,
  agent: { id: string } | null,
  sessions: SessionFacts[],
): Promise<string[]> {
  const ids = sessions.map(() => randomUUID());
  const rows = sessions.map(({ pullRequests: _, ...facts }, index) => ({ id: ids[index], ...facts }));
  await psql(
    `INSERT INTO session (id, organization_id, project_id, agent_id, activity_state, activity_last_at, first_signal_at, is_terminated)
     SELECT f.id, $1, $2, CASE WHEN f."hasAgent" THEN $3::uuid END, f."activityState",
            now() - f."quietSeconds" * interval '1 s', CASE WHEN f."hasSignalled" THEN now() END, f."isTerminated"
       FROM jsonb_to_recordset($4::jsonb) AS f
         (id uuid, "hasAgent" boolean, "activityState" activity_state, "quietSeconds" float, "hasSignalled" boolean, "isTerminated" boolean)`,
    [uuidOf(team.id), uuidOf(team.project.id), agent && uuidOf(agent.id), JSON.stringify(rows)],
  );
  const pullRequests = sessions.flatMap((each, index) =>
    each.pullRequests.map((facts) => ({
      id: randomUUID(),
      sessionId: ids[index],
      number: ++lastNumber,
      ...facts,
    })),
  );
  await psql(
    `INSERT INTO pull_request (
       id, organization_id, session_id, host, repo_owner, repo_owner_key, repo_name, repo_name_key, number, url,
       is_draft, state, ci_state, required_ci_state, awaits_approval, is_in_merge_queue, is_cross_repository,
       review_decision, mergeability, source_branch, target_branch
     )
     SELECT f.id, $1, f."sessionId", 'github.com', $2, $2, f.repo, f.repo, f.number,
            'https://github.com/' || $2 || '/' || f.repo || '/pull/' || f.number,
            f.state = 'DRAFT', f.state, f."ciState", f."requiredCiState", f."awaitsApproval", f."isInMergeQueue",
            f."isCrossRepository", f."reviewDecision", f.mergeability, f."sourceBranch", f."targetBranch"
       FROM jsonb_to_recordset($3::jsonb) AS f
         (id uuid, "sessionId" uuid, repo text, number int, state pull_request_state, "ciState" ci_state,
          "requiredCiState" ci_state, "awaitsApproval" boolean, "isInMergeQueue" boolean, "isCrossRepository" boolean,
          "reviewDecision" review_decision, mergeability mergeability, "sourceBranch" text, "targetBranch" text)`,
    [uuidOf(team.id), team.slug, JSON.stringify(pullRequests)],
  );
  const threads = pullRequests.flatMap(({ id, threads }) =>
    threads.map((facts) => ({ pullRequestId: id, externalId: randomUUID(), ...facts })),
  );
  await psql(
    `INSERT INTO pull_request_review_thread
       (organization_id, pull_request_id, external_id, is_resolved, is_bot, is_by_author, is_outdated)
     SELECT $1, f."pullRequestId", f."externalId", f."isResolved", f."isBot",
            coalesce(f."isByAuthor", false), coalesce(f."isOutdated", false)
       FROM jsonb_to_recordset($2::jsonb) AS f
         ("pullRequestId" uuid, "externalId" text, "isResolved" boolean, "isBot" boolean, "isByAuthor" boolean,
          "isOutdated" boolean)`,
    [uuidOf(team.id), JSON.stringify(threads)],
  );
  return ids.map((id) => globalId('Session', id));
}
