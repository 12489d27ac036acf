import type { Prisma } from '../../prisma/client/client.ts';
import type { Viewer } from './viewer.ts';

/** The invitations that a viewer sees: all of its organizations, and those that it may accept. */
export function visibleInvitations(viewer: Viewer): Prisma.InvitationWhereInput {
  return { OR: [{ organizationId: { in: [...viewer.roles.keys()] } }, ownInvitations(viewer)] };
}

/**
 * The PENDING invitations of the viewer's address. Only a token that works in all organizations shows them: others may
 * have made the person's tokens of one organization.
 */
export function ownInvitations({ email, organizationId }: Viewer): Prisma.InvitationWhereInput {
  return { status: 'PENDING', email: organizationId === null && email !== null ? email : NO_ADDRESS };
}

/** No invitation has it. */
const NO_ADDRESS = '';
