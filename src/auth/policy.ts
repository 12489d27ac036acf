/**
 * What each role may do: one table of actions. Services ask it before they write. Reading needs no action: a member of an
 * organization sees all of it, and nothing of any other.
 */
import type { MembershipRole } from '../../prisma/client/enums.ts';
import { ForbiddenError, NotFoundError } from '../errors/errors.ts';
import { forbidden, forbiddenOver } from './forbidden.ts';
import type { Role, Viewer } from './viewer.ts';

/** The role may do it to anything in the organization. */
const ANY = 'ANY';
/** The role may do it only to what is the viewer's own: see own.ts. */
const OWN = 'OWN';

type Reach = typeof ANY | typeof OWN;

const EVERY_MEMBER = { OWNER: ANY, ADMIN: ANY, MEMBER: ANY } as const;
const ADMINS = { OWNER: ANY, ADMIN: ANY } as const;
const ADMINS_AND_OWN = { ...ADMINS, MEMBER: OWN } as const;

export const policy = {
  'member.add': ADMINS,
  'member.changeRole': ADMINS,
  'member.remove': ADMINS_AND_OWN,
  'token.create': ADMINS_AND_OWN,
  'token.revoke': ADMINS_AND_OWN,
  'project.register': ADMINS,
  'project.update': ADMINS,
  'agent.hire': EVERY_MEMBER,
  'agent.offboard': ADMINS_AND_OWN,
  'agent.watchRepo': ADMINS_AND_OWN,
  'agent.unwatchRepo': ADMINS_AND_OWN,
  'agent.putMemory': { ...ADMINS, AGENT: OWN },
  'agent.logAction': { ...ADMINS, AGENT: OWN },
  'agent.recordReview': { ...ADMINS, AGENT: OWN },
  'workspace.create': ADMINS,
  'workspace.update': ADMINS,
  'workspace.move': ADMINS,
  'workspace.remove': ADMINS,
  'workspace.reportHeartbeat': { AGENT: OWN },
  'template.publish': ADMINS,
  'template.install': ADMINS,
  'org.import': ADMINS,
  'session.spawn': EVERY_MEMBER,
  'session.reportActivity': { ...ADMINS_AND_OWN, AGENT: OWN },
  'session.rename': { ...EVERY_MEMBER, AGENT: OWN },
  'session.updateMergePolicy': EVERY_MEMBER,
  'session.terminate': EVERY_MEMBER,
  'session.restore': EVERY_MEMBER,
  'executionWorkspace.change': EVERY_MEMBER,
  'executionWorkspace.addNote': { ...EVERY_MEMBER, AGENT: OWN },
  'pullRequest.claim': { ...EVERY_MEMBER, AGENT: OWN },
  'pullRequest.refresh': { ...EVERY_MEMBER, AGENT: OWN },
  'vocabulary.write': ADMINS,
} as const satisfies Record<string, Partial<Record<Role, Reach>>>;

export type Action = keyof typeof policy;

/** A viewer may grant, and act on, roles up to its own. */
const RANK: Record<MembershipRole, number> = { MEMBER: 0, ADMIN: 1, OWNER: 2 };

/** @param isOwn whether the object of the action is the viewer's own */
export function can(viewer: Viewer, action: Action, organizationId: string, isOwn = false): boolean {
  const role = viewer.roles.get(organizationId);
  if (role === undefined) return false;
  const reach = (policy[action] as Partial<Record<Role, Reach>>)[role];
  return reach === ANY || (reach === OWN && isOwn);
}

/**
 * @param isOwn whether the object of the action is the viewer's own
 * @throws NotFoundError when the viewer does not see the organization
 * @throws ForbiddenError when its role does not allow the action
 */
export function authorize(viewer: Viewer, action: Action, organizationId: string, isOwn = false): void {
  const role = viewer.roles.get(organizationId);
  if (role === undefined) throw new NotFoundError();
  if (!can(viewer, action, organizationId, isOwn)) throw forbidden(action, policy[action], role);
}

/**
 * For acts outside any organization.
 * @throws ForbiddenError when the viewer's token works in one organization only
 */
export function authorizeEverywhere({ organizationId }: Viewer): void {
  if (organizationId !== null) throw new ForbiddenError('Your token works in its one organization only.');
}

/** Whether the first role has more rights than the second. */
export function isAbove(role: MembershipRole, other: MembershipRole): boolean {
  return RANK[role] > RANK[other];
}

/** Whether the viewer may grant a role, and act on a member that has it: up to its own role. An agent may not. */
export function canOver(viewer: Viewer, role: MembershipRole, organizationId: string): boolean {
  const own = viewer.roles.get(organizationId);
  return own !== undefined && own !== 'AGENT' && RANK[role] <= RANK[own];
}

/** @throws ForbiddenError */
export function authorizeOver(viewer: Viewer, role: MembershipRole, organizationId: string): void {
  if (!canOver(viewer, role, organizationId)) {
    throw forbiddenOver(role, viewer.roles.get(organizationId));
  }
}
