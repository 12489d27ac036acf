/**
 * What each role may do: one table of actions, asked by services before they write. Reading needs no action: a
 * member sees all of its organization, and nothing of any other.
 */
import type { MembershipRole } from '../../prisma/client/enums.ts';
import { ForbiddenError, NotFoundError } from '../errors.ts';
import type { Viewer } from './viewer.ts';

const ADMINS = ['OWNER', 'ADMIN'] as const;
const EVERYONE = ['OWNER', 'ADMIN', 'MEMBER'] as const;

export const policy = {
  'member.add': ADMINS,
  'token.createOwn': EVERYONE,
  'token.createForOthers': ADMINS,
  'token.revokeOwn': EVERYONE,
  'token.revokeOfOthers': ADMINS,
  'project.register': ADMINS,
  'session.spawn': EVERYONE,
  'session.terminate': EVERYONE,
  'pullRequest.claim': EVERYONE,
  'pullRequest.refresh': EVERYONE,
} as const satisfies Record<string, readonly MembershipRole[]>;

export type Action = keyof typeof policy;

/** Ordered by what they may: a role grants and acts for those up to itself. */
const RANK: Record<MembershipRole, number> = { MEMBER: 0, ADMIN: 1, OWNER: 2 };

export function can(viewer: Viewer, action: Action, organizationId: string): boolean {
  const role = viewer.roles.get(organizationId);
  return role !== undefined && (policy[action] as readonly MembershipRole[]).includes(role);
}

/**
 * Refuses what the viewer may not do.
 * @throws NotFoundError when the viewer does not even see the organization
 * @throws ForbiddenError when its role does not allow the action
 */
export function authorize(viewer: Viewer, action: Action, organizationId: string): void {
  if (!viewer.roles.has(organizationId)) throw new NotFoundError();
  if (!can(viewer, action, organizationId)) throw new ForbiddenError();
}

/**
 * Refuses an act outside any organization to who acts in one alone.
 * @throws ForbiddenError
 */
export function authorizeEverywhere({ organizationId }: Viewer): void {
  if (organizationId !== null) throw new ForbiddenError('Your token works in its one organization only.');
}

/**
 * Nobody grants a role above their own, or touches what belongs to one.
 * @throws ForbiddenError
 */
export function authorizeOver(viewer: Viewer, role: MembershipRole, organizationId: string): void {
  const own = viewer.roles.get(organizationId);
  if (own === undefined || RANK[role] > RANK[own]) {
    throw new ForbiddenError(`Only an ${role} may do this to an ${role}.`);
  }
}
