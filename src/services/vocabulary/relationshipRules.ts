/** The rules of a relationship type: the pairs of entity types that it allows. */
import { z } from 'zod';
import type { Tx } from '../../database/db.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { line } from '../act/input.ts';
import { MAX_RULES } from '../template/manifest/fieldRule.ts';

// Not the schema for new slugs: a rule may name a type of the platform, whose slug starts with `$`.
const typeSlug = line(1, 64);

export const relationshipRules = z
  .array(z.object({ sourceSlug: typeSlug, targetSlug: typeSlug }))
  .max(MAX_RULES, `must have at most ${MAX_RULES} entries`);

type Rules = z.output<typeof relationshipRules>;

/** The ids of the entity types of the rules. Both lists have one entry per rule. */
export type ResolvedRules = { sources: string[]; targets: string[] };

/**
 * Finds the live entity types that rules name.
 * @throws InvalidInputError naming every slug that no live entity type has
 */
export async function resolveRules(tx: Tx, organizationId: string, rules: Rules): Promise<ResolvedRules> {
  const slugs = new Set(rules.flatMap(({ sourceSlug, targetSlug }) => [sourceSlug, targetSlug]));
  const types = await tx.entityType.findMany({
    where: { organizationId, slug: { in: [...slugs] }, archivedAt: null },
    select: { id: true, slug: true },
  });
  const idOf = new Map(types.map(({ id, slug }) => [slug, id]));
  const issues = rules.flatMap((rule, index) =>
    (['sourceSlug', 'targetSlug'] as const)
      .filter((end) => !idOf.has(rule[end]))
      .map((end) => ({
        path: `rules.${index}.${end}`,
        message: 'must be the slug of an entity type that is not archived',
      })),
  );
  if (issues.length > 0) throw new InvalidInputError(issues);
  return {
    sources: rules.map(({ sourceSlug }) => idOf.get(sourceSlug) ?? ''),
    targets: rules.map(({ targetSlug }) => idOf.get(targetSlug) ?? ''),
  };
}

/** Replaces the rules of a relationship type. Rules that stay are not written. */
export async function writeRules(
  tx: Tx,
  { organizationId, id }: { organizationId: string; id: string },
  { sources, targets }: ResolvedRules,
): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM relationship_type_rule
     WHERE relationship_type_id = ${id}::uuid
       AND (source_type_id, target_type_id) NOT IN (
         SELECT * FROM unnest(${sources}::uuid[], ${targets}::uuid[])
       )`;
  await tx.$executeRaw`
    INSERT INTO relationship_type_rule (organization_id, relationship_type_id, source_type_id, target_type_id)
    SELECT ${organizationId}::uuid, ${id}::uuid, source, target
      FROM unnest(${sources}::uuid[], ${targets}::uuid[]) AS rule (source, target)
        ON CONFLICT DO NOTHING`;
}
