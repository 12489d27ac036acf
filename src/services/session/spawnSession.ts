/** Starts a session, alone or together with a claim of a pull request. */
import { z } from 'zod';
import type { Agent, ExecutionWorkspace, Project } from '../../../prisma/client/client.ts';
import { SessionKind } from '../../../prisma/client/enums.ts';
import { authorize } from '../../auth/policy.ts';
import {
  ExecutionWorkspaceClosedError,
  InvalidInputError,
  NotFoundError,
  OrchestratorRunningError,
} from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { line, text, validate } from '../act/input.ts';
import { assertRunning, holdAgent, visibleAgent } from '../agent/agent.ts';
import { visibleExecutionWorkspace } from '../executionWorkspace/executionWorkspace.ts';
import { enter, lockToEnter } from '../executionWorkspace/useExecutionWorkspace.ts';
import { lockProject, visibleProject } from '../project/project.ts';
import { claimInput, lockSpawnClaim, queueOfClaim } from '../pullRequest/pullRequestClaim.ts';
import { allotWorkspacePath } from './launch.ts';
import { liveOrchestrator, startingOrchestrator } from './orchestrator.ts';
import { visibleSession } from './session.ts';
import { sessionDisplayName } from './sessionSettings.ts';
import { makeSpawnClaim, prepareSpawnClaim } from './spawnClaim.ts';

const PROMPT_MAX_CHARACTERS = 4096;

export const spawnSessionInput = z
  .object({
    kind: z.enum(SessionKind),
    /** Whether a live orchestrator of the project is returned instead of refusing the spawn. */
    reuse: z.boolean().nullish(),
    prompt: text(0, PROMPT_MAX_CHARACTERS).nullish(),
    displayName: sessionDisplayName.nullish(),
    branch: line(0, 255).nullish(),
    /** Absent: the server allots a path. Null: the session has no path of its own. */
    workspacePath: line(1, 4096).nullish(),
    mergePolicy: z.object({ terminateOnPrMerge: z.boolean() }).nullish(),
    claimPR: claimInput.nullish(),
  })
  .refine(({ kind, reuse }) => !reuse || kind === 'ORCHESTRATOR', {
    path: ['reuse'],
    message: 'must be false for a worker: only an orchestrator is reused',
  });

const result = z.object({
  sessionId: z.guid(),
  /** Whether it is the orchestrator that ran already. */
  reused: z.boolean(),
  /** Null without a claim. */
  pullRequestId: z.guid().nullable(),
  takenOverFrom: z.array(z.guid()),
});
export type Spawned = z.output<typeof result>;

const NO_CLAIM = { pullRequestId: null, takenOverFrom: [] };

/**
 * Starts a session on a project. The session and its claim are written in one transaction, both or neither. The host is
 * asked before it, for a session that has only its id yet.
 *
 * @throws AgentNotRunningError
 * @throws ExecutionWorkspaceClosedError
 * @throws OrchestratorRunningError
 * @throws SpawnRolledBackError with the error that refused the claim as its cause
 */
export async function spawnSession(
  act: Act,
  {
    projectId,
    agentId,
    executionWorkspaceId,
    ...input
  }: { projectId: string; agentId?: string | null; executionWorkspaceId?: string | null } & z.input<
    typeof spawnSessionInput
  >,
) {
  const { claimPR, mergePolicy, reuse, ...plan } = validate(spawnSessionInput, input);
  if (executionWorkspaceId != null && plan.workspacePath != null) {
    throw invalid('workspacePath', 'must not be given together with `executionWorkspaceId`');
  }
  const project = await visibleProject(act, projectId);
  const { organizationId } = project;
  const agent = agentId == null ? null : await visibleAgent(act, agentId);
  if (agent && agent.organizationId !== organizationId) throw new NotFoundError('agentId');
  const executionWorkspace =
    executionWorkspaceId == null
      ? null
      : await visibleExecutionWorkspace(act, executionWorkspaceId, 'executionWorkspaceId');
  if (executionWorkspace && executionWorkspace.organizationId !== organizationId) {
    throw new NotFoundError('executionWorkspaceId');
  }
  if (executionWorkspace && executionWorkspace.projectId !== projectId) {
    throw invalid('executionWorkspaceId', 'the execution workspace is in another project');
  }

  const spawned = await startingOrchestrator(() =>
    perform(act, {
      organizationId,
      result,
      authorize(viewer) {
        authorize(viewer, 'session.spawn', organizationId);
        if (claimPR) authorize(viewer, 'pullRequest.claim', organizationId);
      },
      async prepare() {
        assertCanSpawn(agent, project, executionWorkspace);
        const isAllotted = plan.workspacePath === undefined && !executionWorkspace;
        const workspacePath = isAllotted ? allotWorkspacePath(project.slug) : (plan.workspacePath ?? null);
        if (!claimPR) return { workspacePath };
        const claimer = { kind: plan.kind, isTerminated: false, workspacePath, project, executionWorkspace };
        // The error of a refused claim names the session that was not created.
        const id = await newSessionId(act);
        return { workspacePath, id, claim: await prepareSpawnClaim(act, id, claimer, claimPR) };
      },
      queue: ({ claim }) => [
        projectId,
        ...(agent ? [agent.id] : []),
        ...(claim ? queueOfClaim(claim) : []),
        ...(executionWorkspace ? [executionWorkspace.id] : []),
      ],
      lock: async (tx, { claim }) => ({
        agent: agent && (await holdAgent(tx, agent.id)),
        project: await lockProject(tx, projectId),
        claim: claim ? await lockSpawnClaim(tx, claim) : null,
        executionWorkspace: executionWorkspace && (await lockToEnter(tx, executionWorkspace.id)),
      }),
      async write(tx, { prepared: { id, workspacePath, claim }, locked }) {
        assertCanSpawn(locked.agent, locked.project, locked.executionWorkspace);
        const running = plan.kind === 'ORCHESTRATOR' ? await liveOrchestrator(tx, project) : null;
        if (running && !reuse) throw new OrchestratorRunningError(project, running);
        if (running) return { sessionId: running.id, reused: true, ...NO_CLAIM };
        const spawned = await tx.session.create({
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
            executionWorkspaceId: executionWorkspace?.id ?? null,
            terminateOnPrMerge: mergePolicy?.terminateOnPrMerge ?? false,
          },
        });
        if (locked.executionWorkspace) await enter(tx, locked.executionWorkspace);
        const claimer = {
          ...spawned,
          project: locked.project,
          executionWorkspace: locked.executionWorkspace,
        };
        const claimed =
          claim && locked.claim
            ? await makeSpawnClaim(tx, act, claim, { ...locked.claim, claimer })
            : NO_CLAIM;
        return { sessionId: spawned.id, reused: false, ...claimed };
      },
    }),
  );
  // The session may have been deleted since the first call.
  if (spawned.isRepetition) await visibleSession(act, spawned.sessionId);
  return spawned;
}

function assertCanSpawn(
  agent: Agent | null,
  project: Project,
  executionWorkspace: ExecutionWorkspace | null,
): void {
  if (project.archivedAt) throw invalid('projectId', 'the project is archived');
  if (agent) assertRunning(agent);
  if (executionWorkspace?.closedAt) throw new ExecutionWorkspaceClosedError(executionWorkspace);
}

function invalid(path: string, message: string): InvalidInputError {
  return new InvalidInputError([{ path, message }]);
}

/** Drawn by the database, as the ids of all other rows, because lists of sessions are ordered by id. */
async function newSessionId(act: Act): Promise<string> {
  const [row] = await act.db.prisma.$queryRaw<{ id: string }[]>`SELECT uuid_v7() AS id`;
  if (!row) throw new Error('The database returned no id.');
  return row.id;
}
