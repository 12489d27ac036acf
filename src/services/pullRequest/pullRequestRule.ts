import type { PullRequestState } from '../../../prisma/client/enums.ts';

/** Whether a pull request was merged or closed. */
export function isOver(state: PullRequestState): state is 'MERGED' | 'CLOSED' {
  return state === 'MERGED' || state === 'CLOSED';
}
