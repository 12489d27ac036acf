/** Archives rows of the vocabulary. References to an archived row, its versions and its windows stay. */
import { Prisma } from '../../../prisma/client/client.ts';
import { authorize } from '../../auth/policy.ts';
import { ForbiddenError, ManagedByTemplateError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { rowId } from './input.ts';
import { lockRow, organizationOf, TABLE, type VocabularyKind } from './row.ts';
import { isPlatformSlug } from './vocabularyRule.ts';

export const archiveEntityType = (act: Act, { id }: { id: string }) => archive(act, 'EntityType', id);

export const archiveRelationshipType = (act: Act, { id }: { id: string }) =>
  archive(act, 'RelationshipType', id);

export const archiveClassifier = (act: Act, { id }: { id: string }) => archive(act, 'Classifier', id);

export const archiveWatcher = (act: Act, { id }: { id: string }) => archive(act, 'Watcher', id);

/**
 * Archives a row, which frees its slug. No-op when the row is already archived.
 * @throws NotFoundError unless the viewer sees the row
 * @throws ForbiddenError when the viewer's role does not allow it, or the platform defines the row
 * @throws ManagedByTemplateError
 */
async function archive(act: Act, kind: VocabularyKind, id: string) {
  const organizationId = await organizationOf(act, kind, id);
  return await perform(act, {
    organizationId,
    result: rowId,
    authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
    queue: () => [id],
    lock: (tx) => lockRow(tx, kind, id),
    async write(tx, { locked: { slug, installationId, archivedAt } }) {
      if (isPlatformSlug(slug)) throw new ForbiddenError('The platform defines it.');
      if (installationId) throw new ManagedByTemplateError(installationId);
      if (!archivedAt) {
        await tx.$executeRaw`
          UPDATE ${Prisma.raw(TABLE[kind])} SET archived_at = now() WHERE id = ${id}::uuid`;
      }
      return { id };
    },
  });
}
