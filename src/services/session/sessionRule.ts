/** What a session is called, and what its state allows. */
import type { Agent, ExecutionWorkspace, Project, Session } from '../../../prisma/client/client.ts';
import {
  AgentNotRunningError,
  ExecutionWorkspaceClosedError,
  OrchestratorRunningError,
  ProjectNotResolvableError,
  SessionNotClaimableError,
  SessionNotRestorableError,
  SessionNoWorkspaceError,
  SessionTerminatedError,
  type UserError,
} from '../../errors/errors.ts';
import { isRunning } from '../agent/agentRule.ts';
import { isClosedIsolated } from '../executionWorkspace/statusRule.ts';

/** The short name of a session, unique in its organization. */
export function sessionName({ project, num }: { project: Pick<Project, 'slug'>; num: number }): string {
  return `${project.slug}-${num}`;
}

/** Which session a project has at most one of. */
export const LIVE_ORCHESTRATOR = { kind: 'ORCHESTRATOR', isTerminated: false } as const;

/** The fields of a session that decide whether it may claim a pull request. */
export type Claimer = Pick<Session, 'kind' | 'isTerminated' | 'workspacePath'> & {
  project: Pick<Project, 'slug' | 'kind' | 'archivedAt'>;
  executionWorkspace: Pick<ExecutionWorkspace, 'id' | 'name' | 'mode' | 'closedAt'> | null;
};

/** The first reason why a session may not claim a pull request. Undefined when it may. */
export function claimRefusal(claimer: Claimer): UserError | undefined {
  const { isTerminated, kind, workspacePath, project, executionWorkspace } = claimer;
  if (isTerminated) return new SessionTerminatedError();
  if (kind === 'ORCHESTRATOR') {
    return new SessionNotClaimableError('An orchestrator session does not work on pull requests itself.');
  }
  if (!hasWorkspace({ workspacePath, executionWorkspaceId: executionWorkspace?.id ?? null })) {
    return new SessionNoWorkspaceError();
  }
  if (executionWorkspace && isClosedIsolated(executionWorkspace)) {
    return new ExecutionWorkspaceClosedError(executionWorkspace);
  }
  if (project.archivedAt) return new ProjectNotResolvableError(`Project "${project.slug}" is archived.`);
  if (project.kind === 'SCRATCH') {
    return new SessionNotClaimableError('A scratch project has no pull requests.');
  }
  return undefined;
}

/** Whether a session has a place to work in. Another program may have left its path blank. */
export function hasWorkspace({
  workspacePath,
  executionWorkspaceId,
}: Pick<Session, 'workspacePath' | 'executionWorkspaceId'>): boolean {
  return executionWorkspaceId !== null || !!workspacePath?.trim();
}

/** What decides whether a session may be restored. */
export type Restorable = {
  session: Pick<Session, 'kind' | 'isTerminated'>;
  project: Pick<Project, 'slug' | 'archivedAt'>;
  agent: Pick<Agent, 'status'> | null;
  /** The live orchestrator of the project. */
  orchestrator: Pick<Session, 'id' | 'num'> | null;
};

/** The first reason why a session may not be restored. Undefined when it may. */
export function restoreRefusal({ session, project, agent, orchestrator }: Restorable): UserError | undefined {
  if (!session.isTerminated) return new SessionNotRestorableError('The session has not ended.');
  if (project.archivedAt) return new SessionNotRestorableError('The project of the session is archived.');
  if (agent && !isRunning(agent)) return new AgentNotRunningError(agent.status);
  if (session.kind === 'ORCHESTRATOR' && orchestrator) {
    return new OrchestratorRunningError(project, orchestrator);
  }
  return undefined;
}
