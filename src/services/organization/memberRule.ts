/** Who may change a membership. */
import type { Membership } from '../../../prisma/client/client.ts';
import type { Viewer } from '../../auth/viewer.ts';

/** Whether the viewer is the member. An agent never is. */
export function isOwnMembership({ kind, id }: Viewer, { userId }: Pick<Membership, 'userId'>): boolean {
  return kind === 'USER' && id === userId;
}
