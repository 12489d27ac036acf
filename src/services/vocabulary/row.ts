/** Finds, locks and checks a row of any of the four kinds of vocabulary. */
import { Prisma } from '../../../prisma/client/client.ts';
import type { Tx } from '../../database/db.ts';
import { violatedConstraint } from '../../database/sqlError.ts';
import {
  ForbiddenError,
  ManagedByTemplateError,
  NotFoundError,
  SlugTakenError,
  VocabularyArchivedError,
} from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';
import { isPlatformSlug } from './vocabularyRule.ts';

export const TABLE = {
  EntityType: 'entity_type',
  RelationshipType: 'relationship_type',
  Classifier: 'classifier',
  Watcher: 'watcher',
} as const;

export type VocabularyKind = keyof typeof TABLE;

export type VocabularyRow = {
  id: string;
  organizationId: string;
  slug: string;
  installationId: string | null;
  archivedAt: Date | null;
};

/**
 * The organization of a row that the viewer sees.
 * @throws NotFoundError
 */
export async function organizationOf(act: Act, kind: VocabularyKind, id: string): Promise<string> {
  const [row] = await act.db.prisma.$queryRaw<{ organizationId: string }[]>`
    SELECT organization_id AS "organizationId" FROM ${Prisma.raw(TABLE[kind])}
     WHERE id = ${id}::uuid AND organization_id = ANY(${[...act.viewer.roles.keys()]}::uuid[])`;
  if (!row) throw new NotFoundError();
  return row.organizationId;
}

/** Locks a row for an act that changes it. The database numbers the row's versions under the same lock. */
export async function lockRow(tx: Tx, kind: VocabularyKind, id: string): Promise<VocabularyRow> {
  const [row] = await tx.$queryRaw<VocabularyRow[]>`
    SELECT id, organization_id AS "organizationId", slug, installation_id AS "installationId",
           archived_at AS "archivedAt"
      FROM ${Prisma.raw(TABLE[kind])} WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  if (!row) throw new NotFoundError();
  return row;
}

/**
 * @throws VocabularyArchivedError
 * @throws ForbiddenError when the platform defines the row
 */
export function assertLive({ slug, archivedAt }: VocabularyRow): void {
  if (isPlatformSlug(slug)) throw new ForbiddenError('The platform defines it.');
  if (archivedAt) throw new VocabularyArchivedError(archivedAt);
}

/** @throws ManagedByTemplateError when an installation manages the row and one of the fields is given */
export function assertOwn({ installationId }: VocabularyRow, definition: object): void {
  const isGiven = Object.values(definition).some((value) => value !== undefined);
  if (installationId !== null && isGiven) throw new ManagedByTemplateError(installationId);
}

/**
 * Runs an act that sets the slug of a row. Of two concurrent acts with the same slug, the later one waits for the first
 * to commit and then fails.
 * @throws SlugTakenError
 */
export async function claimSlug<Result>(
  kind: VocabularyKind,
  slug: string | undefined,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (slug !== undefined && violatedConstraint(error) === `${TABLE[kind]}_slug_key`) {
      throw new SlugTakenError(slug);
    }
    throw error;
  }
}
