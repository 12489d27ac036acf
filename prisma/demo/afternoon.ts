/** What happened in the demo's afternoon: sessions start, claim pull requests, see them merged, and end. */
import type { Tx } from '../../src/database/db.ts';
import type { Act } from '../../src/services/act/act.ts';
import { offboardAgent } from '../../src/services/agent/offboardAgent.ts';
import { watchRepo } from '../../src/services/agent/watchedRepo.ts';
import type { PullRequestSource } from '../../src/services/port/pullRequestSource.ts';
import { registerProject } from '../../src/services/project/project.ts';
import { claimPR } from '../../src/services/pullRequest/claimPR.ts';
import { refreshPR } from '../../src/services/pullRequest/refreshPR.ts';
import { allotWorkspacePath } from '../../src/services/session/launch.ts';
import { terminateSession } from '../../src/services/session/sessionLife.ts';
import { AGENTS } from './agents.ts';
import { demoId, minutesAgo } from './id.ts';
import { type DemoSession, PROJECTS } from './sessions.ts';
import { agentNumber } from './workforce.ts';

const A_WEEK = 7 * 24 * 60;

const organizationId = demoId('Organization');

/** Acts of the owner, or of an agent by its name. */
export type Acts = (agent?: string | null) => Promise<Act>;

export async function seedAfternoon(tx: Tx, acts: Acts, hasDemoPullRequests: boolean): Promise<void> {
  for (const { name, watches = [] } of AGENTS) {
    for (const repo of watches) {
      await watchRepo(await acts(), { agentId: demoId('Agent', agentNumber(name)), repo });
    }
  }
  const sessions = await startSessions(tx, acts);
  if (hasDemoPullRequests) for (const session of sessions) await claimAll(acts, session);
  for (const { id, terminated } of sessions) {
    if (terminated) await terminateSession(await acts(), { sessionId: id });
  }
  for (const { name, offboarded } of AGENTS) {
    if (offboarded === undefined) continue;
    await offboardAgent(await acts(), {
      agentId: demoId('Agent', agentNumber(name)),
      reason: offboarded,
    });
  }
  await dateStandings(tx, sessions);
}

/**
 * Dates the standings by the story. The database derives them when the transaction commits, and dates them by its start,
 * so they are derived before.
 */
async function dateStandings(tx: Tx, sessions: Started[]): Promise<void> {
  await tx.$executeRaw`SET CONSTRAINTS standing_due_derive IMMEDIATE`;
  await tx.$executeRaw`SET CONSTRAINTS standing_due_derive DEFERRED`;
  for (const session of sessions) {
    const since = lastHeardAt(session);
    await tx.sessionStanding.update({
      where: { sessionId: session.id },
      data: { statusSince: since, laneSince: since },
    });
  }
}

/** When its process last reported or, if it never did, when it started. */
function lastHeardAt({ state, startedMinutesAgo, reportedMinutesAgo = 1 }: DemoSession): Date {
  return minutesAgo(state === undefined ? startedMinutesAgo : reportedMinutesAgo);
}

type Started = DemoSession & { id: string };

async function startSessions(tx: Tx, acts: Acts): Promise<Started[]> {
  const started: Started[] = [];
  for (const { sessions, ...project } of PROJECTS) {
    const { projectId } = await registerProject(await acts(), { organizationId, ...project });
    const own = sessions.map((session, index) => ({
      ...session,
      id: demoId('Session', started.length + index + 1),
    }));
    // The processes of the demo never report, and its board should stay as it is.
    await tx.project.update({
      where: { id: projectId },
      data: { silentAfterMinutes: A_WEEK, severelySilentAfterMinutes: A_WEEK },
    });
    await tx.session.createMany({ data: own.map((each) => rowOf(each, projectId, project.slug)) });
    started.push(...own);
  }
  return started;
}

function rowOf(session: Started, projectId: string, projectSlug: string) {
  const {
    id,
    agent,
    kind,
    name,
    prompt,
    branch = '',
    state,
    startedMinutesAgo,
    endsWithMerge = false,
  } = session;
  const startedAt = minutesAgo(startedMinutesAgo);
  return {
    id,
    organizationId,
    projectId,
    agentId: agent === null ? null : demoId('Agent', agentNumber(agent)),
    kind: kind ?? ('WORKER' as const),
    displayName: name,
    prompt,
    branch,
    workspacePath: allotWorkspacePath(projectSlug),
    terminateOnPrMerge: endsWithMerge,
    activityState: state ?? ('IDLE' as const),
    activityLastAt: lastHeardAt(session),
    firstSignalAt: state === undefined ? null : startedAt,
    createdAt: startedAt,
  };
}

/** Claims while a pull request is open, and then learns what became of it. */
async function claimAll(acts: Acts, { id: sessionId, agent, claims = [] }: Started): Promise<void> {
  for (const number of claims) {
    const act = await acts(agent);
    const { source, hasEnded } = beforeItsEnd(act.pullRequestSource);
    const { pullRequestId } = await claimPR(
      { ...act, pullRequestSource: source },
      { sessionId, pr: String(number), allowTakeover: true },
    );
    if (hasEnded()) await refreshPR(await acts(), { pullRequestId });
  }
}

/** Answers with a merged or closed pull request as it was while it was open: an ended one cannot be claimed. */
function beforeItsEnd(present: PullRequestSource): { source: PullRequestSource; hasEnded(): boolean } {
  let hasEnded = false;
  const source: PullRequestSource = {
    ...present,
    async fetch(coordinates) {
      const facts = await present.fetch(coordinates);
      hasEnded = facts.state === 'MERGED' || facts.state === 'CLOSED';
      if (!hasEnded) return facts;
      return { ...facts, state: 'OPEN', mergeCommitSha: '', mergedAt: null, closedAt: null };
    },
  };
  return { source, hasEnded: () => hasEnded };
}
