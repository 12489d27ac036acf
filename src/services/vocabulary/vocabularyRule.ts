/** What may be done to a row of the vocabulary, apart from what a role allows. */
import type { EntityType } from '../../../prisma/client/client.ts';

type State = Pick<EntityType, 'slug' | 'installationId' | 'archivedAt'>;

/** The platform's own rows are the same in every organization, and nothing else may change them. */
export function isPlatformSlug(slug: string): boolean {
  return slug.startsWith('$');
}

/** Whether the organization defines the row itself, and it is in use. */
export function isEditable({ slug, installationId, archivedAt }: State): boolean {
  return !isPlatformSlug(slug) && installationId === null && archivedAt === null;
}
