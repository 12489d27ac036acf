import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { type Act, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { attributeKey, attributeValues } from '../template/manifest/fieldRule.ts';
import { changedFields, definitionFields, displayName, kept, rowId } from './input.ts';
import { assertAgent, assertReferable } from './reference.ts';
import { assertLive, assertOwn, claimSlug, lockRow, organizationOf } from './row.ts';

export const createClassifierInput = z.object({ ...definitionFields, attributeKey, attributeValues });

export const updateClassifierInput = z.object({
  ...changedFields,
  attributeKey: kept(attributeKey),
  attributeValues: kept(attributeValues),
  displayName,
});

type Ids = { agentId?: string | null; watcherId?: string | null };

/** GraphQL types a JSON value as unknown, which includes undefined. The schema checks it. */
type NewClassifier = Omit<z.input<typeof createClassifierInput>, 'attributeValues'> & {
  attributeValues?: unknown;
};

type Content = Partial<Pick<z.output<typeof updateClassifierInput>, 'attributeKey' | 'attributeValues'>>;

/** @throws SlugTakenError */
export async function createClassifier(
  act: Act,
  {
    organizationId,
    agentId = null,
    watcherId = null,
    ...input
  }: { organizationId: string } & Ids & NewClassifier,
) {
  const data = validate(createClassifierInput, input);
  const create = () =>
    perform(act, {
      organizationId,
      result: rowId,
      authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
      async write(tx) {
        await assertAgent(tx, { organizationId, id: agentId });
        await assertReferable(tx, 'Watcher', { organizationId, id: watcherId, field: 'watcherId' });
        const { slug, name, description = null } = data;
        // A classifier and its current version refer to each other, so one statement must write both.
        const [row] = await tx.$queryRaw<[{ id: string }]>`
          WITH ids AS (SELECT uuid_v7() AS classifier_id, uuid_v7() AS version_id),
          made AS (
            INSERT INTO classifier
              (id, current_version_id, organization_id, agent_id, watcher_id, slug, name, description)
            SELECT classifier_id, version_id, ${organizationId}::uuid, ${agentId}::uuid, ${watcherId}::uuid,
                   ${slug}, ${name}, ${description}
              FROM ids
            RETURNING id, current_version_id
          )
          INSERT INTO classifier_version (id, organization_id, classifier_id, attribute_key, attribute_values)
          SELECT current_version_id, ${organizationId}::uuid, id, ${data.attributeKey},
                 ${JSON.stringify(data.attributeValues)}::jsonb
            FROM made
          RETURNING classifier_id AS id`;
        return row;
      },
    });
  return await claimSlug('Classifier', data.slug, create);
}

/**
 * Changes a classifier. Absent fields do not change. A change of the attribute or the labels creates a new version.
 * @throws SlugTakenError
 * @throws ManagedByTemplateError when an installation manages the classifier and a field besides the display name is given
 * @throws VocabularyArchivedError
 */
export async function updateClassifier(
  act: Act,
  {
    id: classifierId,
    agentId,
    watcherId,
    ...input
  }: { id: string } & Ids & z.input<typeof updateClassifierInput>,
) {
  const { displayName, ...definition } = validate(updateClassifierInput, input);
  const { attributeKey, attributeValues, ...data } = definition;
  const organizationId = await organizationOf(act, 'Classifier', classifierId);
  const update = () =>
    perform(act, {
      organizationId,
      result: rowId,
      authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
      queue: () => [classifierId],
      lock: (tx) => lockRow(tx, 'Classifier', classifierId),
      async write(tx, { locked }) {
        assertLive(locked);
        assertOwn(locked, { agentId, watcherId, ...definition });
        await assertAgent(tx, { organizationId, id: agentId });
        await assertReferable(tx, 'Watcher', { organizationId, id: watcherId, field: 'watcherId' });
        const currentVersionId = await nextVersion(tx, classifierId, { attributeKey, attributeValues });
        return await tx.classifier.update({
          where: { id: classifierId },
          data: { agentId, watcherId, currentVersionId, displayName, ...data },
          select: { id: true },
        });
      },
    });
  // A slug is unique per watcher, so a classifier that moves to another watcher can violate the constraint without a
  // new slug.
  const slug = data.slug ?? (watcherId === undefined ? undefined : await slugOf(act, classifierId));
  return await claimSlug('Classifier', slug, update);
}

async function slugOf({ db }: Act, id: string): Promise<string> {
  return (await db.prisma.classifier.findUniqueOrThrow({ where: { id } })).slug;
}

/** Creates a version and returns its id. Returns undefined when the content equals the current version. */
async function nextVersion(tx: Tx, classifierId: string, content: Content): Promise<string | undefined> {
  const { currentVersion: current } = await tx.classifier.findUniqueOrThrow({
    where: { id: classifierId },
    select: { currentVersion: true },
  });
  const { attributeKey = current.attributeKey, attributeValues = current.attributeValues ?? {} } = content;
  if (attributeKey === current.attributeKey && isDeepStrictEqual(attributeValues, current.attributeValues)) {
    return undefined;
  }
  const { id } = await tx.classifierVersion.create({
    data: { organizationId: current.organizationId, classifierId, attributeKey, attributeValues },
  });
  return id;
}
