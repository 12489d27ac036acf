/** What is a viewer's own. A person's are the agents it hired; an agent's, itself and the sessions it runs. */
import type { Viewer } from './viewer.ts';

export function isOwnAgent({ kind, id }: Viewer, agent: { id: string; hiredById: string }): boolean {
  return id === (kind === 'AGENT' ? agent.id : agent.hiredById);
}

/** A session without an agent is a person's: of those who may act at all, anybody's. */
export function isOwnSession({ kind, id }: Viewer, session: { agentId: string | null }): boolean {
  return kind === 'AGENT' ? session.agentId === id : session.agentId === null;
}
