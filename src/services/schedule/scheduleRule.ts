/** What a schedule that is due does. */
import type {
  ActivityState,
  AgentStatus,
  ScheduleReason,
  WorkspaceStatus,
} from '../../../prisma/client/enums.ts';
import { isRunning } from '../agent/agentRule.ts';

/** What decides about a run. */
export type RunState = {
  enabled: boolean;
  workspaceStatus: WorkspaceStatus;
  /** Null while the workspace is vacant. */
  agentStatus: AgentStatus | null;
  projectId: string | null;
  isProjectArchived: boolean;
  /** The session of the last run, if it is live and belongs to the present agent and project. */
  sessionId: string | null;
  sessionState: ActivityState | null;
  /** Whether the session has sent a signal since its launch. */
  hasSessionStarted: boolean;
};

/** The first reason why a run is skipped. Undefined when it spawns or resumes a session. */
export function skipReason(state: RunState): ScheduleReason | undefined {
  if (!state.enabled) return 'DISABLED';
  if (state.workspaceStatus !== 'ONLINE') return 'NOT_ONLINE';
  if (state.agentStatus === null) return 'NO_AGENT';
  if (!isRunning({ status: state.agentStatus })) return 'AGENT_NOT_RUNNING';
  if (state.projectId === null) return 'NO_PROJECT';
  if (state.isProjectArchived) return 'PROJECT_ARCHIVED';
  if (state.sessionId !== null && !hasFinished(state)) return 'SESSION_UNFINISHED';
  return undefined;
}

/** Idle or exited, after it has worked. A session that has sent no signal yet has its prompt still before it. */
function hasFinished({ hasSessionStarted, sessionState }: RunState): boolean {
  return hasSessionStarted && (sessionState === 'IDLE' || sessionState === 'EXITED');
}
