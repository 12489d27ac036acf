/** How the status of an execution workspace changes: one table, a row for each act. */
import type { ExecutionWorkspace } from '../../../prisma/client/client.ts';
import type { ExecutionWorkspaceStatus } from '../../../prisma/client/enums.ts';
import { AlreadyClosedError, NotClosedError } from '../../errors/errors.ts';

type Transitions = Partial<Record<ExecutionWorkspaceStatus, ExecutionWorkspaceStatus>>;

/** The status after an act, by the status before it. An act is illegal in a status that its row lacks. */
export const TRANSITIONS = {
  /** A session begins to work in it. */
  enter: { ACTIVE: 'ACTIVE', IDLE: 'ACTIVE', IN_REVIEW: 'ACTIVE' },
  /** A session in it reports that it works. */
  use: { ACTIVE: 'ACTIVE', IDLE: 'ACTIVE', IN_REVIEW: 'IN_REVIEW' },
  idle: { ACTIVE: 'IDLE', IDLE: 'IDLE', IN_REVIEW: 'IDLE' },
  requestReview: { ACTIVE: 'IN_REVIEW', IDLE: 'IN_REVIEW', IN_REVIEW: 'IN_REVIEW' },
  close: { ACTIVE: 'ARCHIVED', IDLE: 'ARCHIVED', IN_REVIEW: 'ARCHIVED' },
  failCleanup: { ARCHIVED: 'CLEANUP_FAILED' },
  retryCleanup: { CLEANUP_FAILED: 'ARCHIVED' },
  reopen: { ARCHIVED: 'ACTIVE', CLEANUP_FAILED: 'ACTIVE' },
} as const satisfies Record<string, Transitions>;

/**
 * The status after the act.
 * @throws AlreadyClosedError when the act is illegal in a closed status
 * @throws NotClosedError when it is illegal in an open status
 */
export function statusAfter(
  act: keyof typeof TRANSITIONS,
  { status, closedAt }: Pick<ExecutionWorkspace, 'status' | 'closedAt'>,
): ExecutionWorkspaceStatus {
  const next = (TRANSITIONS[act] as Transitions)[status];
  if (next) return next;
  throw closedAt ? new AlreadyClosedError() : new NotClosedError();
}

/** Whether agents may not work in it. Another mode's directory outlives the record that was closed. */
export function isClosedIsolated({ mode, closedAt }: Pick<ExecutionWorkspace, 'mode' | 'closedAt'>): boolean {
  return mode === 'ISOLATED_WORKSPACE' && closedAt !== null;
}
