/** What an agent's status allows. */
import type { Agent } from '../../../prisma/client/client.ts';

type State = Pick<Agent, 'status'>;

/** Whether it can be given work. */
export function isRunning({ status }: State): boolean {
  return status === 'RUNNING';
}

/** Whether it has stopped or failed. An agent that is still starting has not ended. */
export function hasEnded({ status }: State): boolean {
  return status === 'STOPPED' || status === 'ERROR';
}

/** An agent in ERROR can still be offboarded. */
export function isOffboarded({ status }: State): boolean {
  return status === 'STOPPED';
}
