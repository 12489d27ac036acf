import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { jsonSchema } from '../template/manifest/fieldRule.ts';
import { changedFields, definitionFields, displayName, nullableJson, rowId } from './input.ts';
import { assertAgent } from './reference.ts';
import { assertLive, assertOwn, claimSlug, lockRow, organizationOf } from './row.ts';

const metadataSchema = jsonSchema.nullish();

export const createEntityTypeInput = z.object({ ...definitionFields, metadataSchema });

export const updateEntityTypeInput = z.object({ ...changedFields, metadataSchema, displayName });

type AgentId = { agentId?: string | null };

/** @throws SlugTakenError */
export async function createEntityType(
  act: Act,
  {
    organizationId,
    agentId,
    ...input
  }: { organizationId: string } & AgentId & z.input<typeof createEntityTypeInput>,
) {
  const { metadataSchema, ...data } = validate(createEntityTypeInput, input);
  const create = () =>
    perform(act, {
      organizationId,
      result: rowId,
      authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
      async write(tx) {
        await assertAgent(tx, { organizationId, id: agentId });
        const { id } = await tx.entityType.create({
          data: { organizationId, agentId, ...data, metadataSchema: nullableJson(metadataSchema) },
        });
        return { id };
      },
    });
  return await claimSlug('EntityType', data.slug, create);
}

/**
 * Changes an entity type. Absent fields do not change.
 * @throws SlugTakenError
 * @throws ManagedByTemplateError when an installation manages the type and a field besides the display name is given
 * @throws VocabularyArchivedError
 */
export async function updateEntityType(
  act: Act,
  { id: entityTypeId, agentId, ...input }: { id: string } & AgentId & z.input<typeof updateEntityTypeInput>,
) {
  const { displayName, ...definition } = validate(updateEntityTypeInput, input);
  const { metadataSchema, ...data } = definition;
  const organizationId = await organizationOf(act, 'EntityType', entityTypeId);
  const update = () =>
    perform(act, {
      organizationId,
      result: rowId,
      authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
      queue: () => [entityTypeId],
      lock: (tx) => lockRow(tx, 'EntityType', entityTypeId),
      async write(tx, { locked }) {
        assertLive(locked);
        assertOwn(locked, { agentId, ...definition });
        await assertAgent(tx, { organizationId, id: agentId });
        return await tx.entityType.update({
          where: { id: entityTypeId },
          data: { agentId, displayName, ...data, metadataSchema: nullableJson(metadataSchema) },
          select: { id: true },
        });
      },
    });
  return await claimSlug('EntityType', data.slug, update);
}
