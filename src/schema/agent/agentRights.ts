import { isOwnAgent } from '../../auth/own.ts';
import { type Action, can } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';

/** The columns of an agent that decide what a viewer may do with it. */
export const AGENT_SUBJECT = { id: true, organizationId: true, hiredById: true, status: true } as const;

type Subject = { id: string; organizationId: string; hiredById: string };

export function mayWithAgent(viewer: Viewer, action: Action, agent: Subject): boolean {
  return can(viewer, action, agent.organizationId, isOwnAgent(viewer, agent));
}
