import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { violatedConstraint } from '../../database/sqlError.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { jsonSchema } from '../template/manifest/fieldRule.ts';
import { changedFields, definitionFields, displayName, kept, nullableJson, rowId } from './input.ts';
import { assertAgent, assertReferable } from './reference.ts';
import { relationshipRules, resolveRules, writeRules } from './relationshipRules.ts';
import { assertLive, assertOwn, claimSlug, lockRow, organizationOf } from './row.ts';

const metadataSchema = jsonSchema.nullish();

export const createRelationshipTypeInput = z.object({
  ...definitionFields,
  metadataSchema,
  isSymmetric: z.boolean().optional(),
  rules: relationshipRules.optional(),
});

export const updateRelationshipTypeInput = z.object({
  ...changedFields,
  metadataSchema,
  isSymmetric: kept(z.boolean()),
  rules: kept(relationshipRules),
  displayName,
});

type Ids = { agentId?: string | null; inverseId?: string | null };

/**
 * @throws SlugTakenError
 * @throws InvalidInputError when a rule names no live entity type, or the inverse is archived or not allowed
 */
export async function createRelationshipType(
  act: Act,
  {
    organizationId,
    agentId,
    inverseId,
    ...input
  }: { organizationId: string } & Ids & z.input<typeof createRelationshipTypeInput>,
) {
  const { metadataSchema, rules = [], ...data } = validate(createRelationshipTypeInput, input);
  const create = () =>
    perform(act, {
      organizationId,
      result: rowId,
      authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
      async write(tx) {
        await assertAgent(tx, { organizationId, id: agentId });
        await assertReferable(tx, 'RelationshipType', { organizationId, id: inverseId, field: 'inverseId' });
        const resolved = await resolveRules(tx, organizationId, rules);
        const { id } = await tx.relationshipType.create({
          data: {
            ...{ organizationId, agentId, inverseId },
            ...data,
            metadataSchema: nullableJson(metadataSchema),
          },
        });
        await writeRules(tx, { organizationId, id }, resolved);
        return { id };
      },
    });
  return await claimSlug('RelationshipType', data.slug, () => withFittingInverse(create));
}

/**
 * Changes a relationship type. Absent fields do not change. `rules` replaces all existing rules.
 * @throws SlugTakenError
 * @throws InvalidInputError when a rule names no live entity type, or the inverse is archived or not allowed
 * @throws ManagedByTemplateError when an installation manages the type and a field besides the display name is given
 * @throws VocabularyArchivedError
 */
export async function updateRelationshipType(
  act: Act,
  { id, agentId, inverseId, ...input }: { id: string } & Ids & z.input<typeof updateRelationshipTypeInput>,
) {
  const { displayName, ...definition } = validate(updateRelationshipTypeInput, input);
  const { metadataSchema, rules, ...data } = definition;
  const organizationId = await organizationOf(act, 'RelationshipType', id);
  const update = () =>
    perform(act, {
      organizationId,
      result: rowId,
      authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
      queue: () => [id],
      lock: (tx) => lockRow(tx, 'RelationshipType', id),
      async write(tx, { locked }) {
        assertLive(locked);
        assertOwn(locked, { agentId, inverseId, ...definition });
        await assertAgent(tx, { organizationId, id: agentId });
        await assertReferable(tx, 'RelationshipType', { organizationId, id: inverseId, field: 'inverseId' });
        if (rules) await writeRules(tx, locked, await resolveRules(tx, organizationId, rules));
        return await tx.relationshipType.update({
          where: { id },
          data: { agentId, inverseId, displayName, ...data, metadataSchema: nullableJson(metadataSchema) },
          select: { id: true },
        });
      },
    });
  return await claimSlug('RelationshipType', data.slug, () => withFittingInverse(update));
}

/** An update may give only one of `inverseId` and `isSymmetric`. The database checks both together. */
async function withFittingInverse<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (violatedConstraint(error) !== 'relationship_type_inverse_check') throw error;
    const message = 'must be another relationship type, and null for a symmetric one';
    throw new InvalidInputError([{ path: 'inverseId', message }]);
  }
}
