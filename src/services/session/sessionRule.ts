/** What a session's state allows. */
import type { Agent, Project, Session } from '../../../prisma/client/client.ts';
import {
  AgentNotRunningError,
  ProjectNotResolvableError,
  SessionNotClaimableError,
  SessionNotRestorableError,
  SessionNoWorkspaceError,
  SessionTerminatedError,
  type UserError,
} from '../../errors.ts';
import { isRunning } from '../agent/agentRule.ts';

/** The fields of a session that decide whether it may claim a pull request. */
export type Claimer = Pick<Session, 'kind' | 'isTerminated' | 'workspacePath'> & {
  project: Pick<Project, 'slug' | 'kind' | 'archivedAt'>;
};

/** The first reason why a session may not claim a pull request. Undefined when it may. */
export function claimRefusal({ isTerminated, kind, workspacePath, project }: Claimer): UserError | undefined {
  if (isTerminated) return new SessionTerminatedError();
  if (kind === 'ORCHESTRATOR') {
    return new SessionNotClaimableError('An orchestrator session does not work on pull requests itself.');
  }
  if (!workspacePath?.trim()) return new SessionNoWorkspaceError();
  if (project.archivedAt) return new ProjectNotResolvableError(`Project "${project.slug}" is archived.`);
  if (project.kind === 'SCRATCH') {
    return new SessionNotClaimableError('A scratch project has no pull requests.');
  }
  return undefined;
}

/** The first reason why a session may not be restored. Undefined when it may. */
export function restoreRefusal(
  session: Pick<Session, 'isTerminated'>,
  project: Pick<Project, 'archivedAt'>,
  agent: Pick<Agent, 'status'> | null,
): UserError | undefined {
  if (!session.isTerminated) return new SessionNotRestorableError('The session has not ended.');
  if (project.archivedAt) return new SessionNotRestorableError('The project of the session is archived.');
  if (agent && !isRunning(agent)) return new AgentNotRunningError(agent.status);
  return undefined;
}
