import type { Context } from '../../context.ts';
import { NotFoundError } from '../../errors/errors.ts';

/**
 * Adds an organization that the viewer has just joined to the viewer's roles, so that the rest of the operation sees it:
 * the viewer was authenticated before. Throws when an idempotency key repeats the mutation after the viewer left the
 * organization.
 */
export async function reach(context: Context, organizationId: string): Promise<void> {
  const { db, viewer } = context;
  const membership = await db.prisma.membership.findFirst({
    where: { organizationId, userId: viewer.id, removedAt: null },
  });
  if (!membership) throw new NotFoundError();
  context.viewer = { ...viewer, roles: new Map([...viewer.roles, [organizationId, membership.role]]) };
}
