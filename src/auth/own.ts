/** What is a viewer's own: for a person the agents it hired, for an agent itself and the sessions it runs. */
import type { Viewer } from './viewer.ts';

export function isOwnAgent({ kind, id }: Viewer, agent: { id: string; hiredById: string }): boolean {
  return id === (kind === 'AGENT' ? agent.id : agent.hiredById);
}

/** A session without an agent counts as every person's own. */
export function isOwnSession(viewer: Viewer, session: { agentId: string | null }): boolean {
  return viewer.kind === 'AGENT' ? session.agentId === viewer.id : session.agentId === null;
}

/** A pull request that no session holds is no viewer's own. */
export function isHeldBy(viewer: Viewer, holder: { agentId: string | null } | null): boolean {
  return holder !== null && isOwnSession(viewer, holder);
}
