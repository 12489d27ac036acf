/** The rules for changing a row of the vocabulary that do not depend on the role of the viewer. */
import type { EntityType } from '../../../prisma/client/client.ts';

type State = Pick<EntityType, 'slug' | 'installationId' | 'archivedAt'>;

/**
 * Whether the platform defines the row. Every organization has the same platform rows, and no member may change them.
 */
export function isPlatformSlug(slug: string): boolean {
  return slug.startsWith('$');
}

/** Whether the organization defines the row itself and the row is live. */
export function isEditable({ slug, installationId, archivedAt }: State): boolean {
  return !isPlatformSlug(slug) && installationId === null && archivedAt === null;
}
