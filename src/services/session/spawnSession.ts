/** A session begins, alone or with a pull request that it claims. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Agent, Project, PullRequest } from '../../../prisma/client/client.ts';
import { SessionKind } from '../../../prisma/client/enums.ts';
import { authorize } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { InvalidInputError, NotFoundError, SpawnRolledBackError, UserError } from '../../errors.ts';
import { globalId } from '../../globalId.ts';
import { type Act, perform, recall } from '../act/act.ts';
import { text, validate } from '../act/input.ts';
import { assertRunning, holdAgent, visibleAgent } from '../agent/agent.ts';
import { lockProject, visibleProject } from '../project/project.ts';
import {
  type Claimer,
  claimInput,
  lockClaim,
  makeClaim,
  prepareClaim,
} from '../pullRequest/pullRequestClaim.ts';
import { sessionDisplayName, visibleSession } from './session.ts';

const PROMPT_MAX_CHARACTERS = 4096;

export const spawnSessionInput = z.object({
  kind: z.enum(SessionKind),
  prompt: text(0, PROMPT_MAX_CHARACTERS).nullish(),
  displayName: sessionDisplayName.nullish(),
  branch: text(0, 255).nullish(),
  /** Absent: the server allots one. Null: the session has none, and can't claim. */
  workspacePath: text(1, 4096).nullish(),
  mergePolicy: z.object({ terminateOnPrMerge: z.boolean() }).nullish(),
  claimPR: claimInput.nullish(),
});

type Spawned = {
  sessionId: string;
  /** Null without a claim. */
  pullRequestId: string | null;
  takenOverFrom: string[];
};

type Locked = { agent: Agent | null; project: Project; claimed: PullRequest | null };

/**
 * Starts a session on a project. With a claim it is one act: the session and its pull request come in one transaction,
 * or neither does. The host is asked before it, on behalf of a session that has nothing but its id yet.
 *
 * @throws AgentNotRunningError
 * @throws SpawnRolledBackError for whatever the claim is refused with
 */
export async function spawnSession(
  act: Act,
  {
    projectId,
    agentId,
    ...input
  }: { projectId: string; agentId?: string | null } & z.input<typeof spawnSessionInput>,
) {
  const { claimPR, mergePolicy, ...plan } = validate(spawnSessionInput, input);
  const project = await visibleProject(act, projectId);
  const { organizationId } = project;
  const agent = agentId == null ? null : await visibleAgent(act, agentId);
  if (agent && agent.organizationId !== organizationId) throw new NotFoundError();
  const may = (viewer: Viewer) => {
    authorize(viewer, 'session.spawn', organizationId);
    if (claimPR) authorize(viewer, 'pullRequest.claim', organizationId);
  };
  may(act.viewer);
  const earlier = await recall<Spawned>(act, organizationId);
  if (earlier) {
    // It may have been deleted since.
    await visibleSession(act, earlier.sessionId);
    return earlier;
  }

  assertCanSpawn(agent, project);
  const id = await newSessionId(act);
  const workspacePath =
    plan.workspacePath === undefined ? allotWorkspacePath(project.slug) : plan.workspacePath;
  const claimer: Claimer = { kind: plan.kind, isTerminated: false, workspacePath, project };
  const claim = claimPR
    ? await rollingBack({ pr: claimPR.pr, sessionId: id }, () => prepareClaim(act, id, claimer, claimPR))
    : null;

  return await perform<Spawned, Locked>(act, {
    organizationId,
    may,
    lock: async (tx) => ({
      agent: agent && (await holdAgent(tx, agent.id)),
      project: await lockProject(tx, projectId),
      claimed: claim && (await lockClaim(tx, claim)),
    }),
    async work(tx, locked) {
      assertCanSpawn(locked.agent, locked.project);
      await tx.session.create({
        data: {
          id,
          organizationId,
          projectId,
          agentId: agent?.id,
          kind: plan.kind,
          prompt: plan.prompt ?? '',
          displayName: plan.displayName ?? null,
          branch: plan.branch ?? '',
          workspacePath,
          terminateOnPrMerge: mergePolicy?.terminateOnPrMerge ?? false,
        },
      });
      if (!claim) return { sessionId: id, pullRequestId: null, takenOverFrom: [] };
      const claimed = await rollingBack(claim, () => makeClaim(tx, act, claim, locked.claimed));
      return { sessionId: id, ...claimed };
    },
  });
}

/** @throws SpawnRolledBackError in the place of whatever a caller of the claim could foresee */
async function rollingBack<Result>(
  { pr, sessionId }: { pr: string; sessionId: string },
  claiming: () => Promise<Result>,
): Promise<Result> {
  try {
    return await claiming();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new SpawnRolledBackError(error, { pr, sessionId: globalId('Session', sessionId) });
  }
}

function assertCanSpawn(agent: Agent | null, project: Project): void {
  if (project.archivedAt) {
    throw new InvalidInputError([{ path: 'projectId', message: 'the project is archived' }]);
  }
  if (agent) assertRunning(agent);
}

/** As the database draws them, so that lists of sessions keep their order. */
async function newSessionId(act: Act): Promise<string> {
  const [row] = await act.db.prisma.$queryRaw<{ id: string }[]>`SELECT uuid_v7() AS id`;
  if (!row) throw new Error('The database drew no id.');
  return row.id;
}

/** Relative to wherever the runtime keeps its workspaces. */
function allotWorkspacePath(projectSlug: string): string {
  return `workspaces/${projectSlug}/${randomBytes(6).toString('hex')}`;
}
