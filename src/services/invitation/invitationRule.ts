/**
 * Who may answer an invitation. Only the invited person, and only with a token that works in all organizations: others may
 * have made the person's tokens of one organization.
 */
import type { Invitation } from '../../../prisma/client/client.ts';
import { authorizeEverywhere } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { ForbiddenError } from '../../errors/errors.ts';

type Addressed = Pick<Invitation, 'email'>;

export function mayAnswer(viewer: Viewer, invitation: Addressed): boolean {
  return isInvited(viewer, invitation) && viewer.organizationId === null;
}

/** @throws ForbiddenError */
export function authorizeAnswer(viewer: Viewer, invitation: Addressed): void {
  if (!isInvited(viewer, invitation)) throw new ForbiddenError('The invitation is for another address.');
  authorizeEverywhere(viewer);
}

/** Whether the invitation is for the viewer's address. */
export function isInvited({ email }: Viewer, invitation: Addressed): boolean {
  return email === invitation.email;
}
