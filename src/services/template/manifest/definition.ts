/** Turns rows into definitions: to build a manifest from the template's organization, or to compare a row with one. */
import type { Definition, Json, Rule } from './item.ts';
import { sortRules } from './reference.ts';

export type AgentRow = { id: string; role: string; description: string | null; config: Json };

type VocabularyRow = { id: string; slug: string | null; name: string; description: string | null };

export type EntityTypeRow = VocabularyRow & { metadataSchema: Json };

export type RelationshipTypeRow = VocabularyRow & {
  metadataSchema: Json;
  isSymmetric: boolean;
  inverseId: string | null;
  rules: readonly { sourceTypeId: string; targetTypeId: string }[];
};

/** The row with the content of its current version. */
export type WatcherRow = VocabularyRow & {
  prompt: string;
  extractionSchema: Json;
  schedule: string | null;
  reactionScript: string | null;
};

/** The row with the content of its current version. */
export type ClassifierRow = VocabularyRow & {
  attributeKey: string;
  attributeValues: Json;
  watcherId: string | null;
};

/** The slug of the agent in every release. A release has one agent, and agents have no slugs of their own. */
export const AGENT_SLUG = 'agent';

export function agentDefinition({ role, description, config }: AgentRow): Definition {
  return { kind: 'AGENT', slug: AGENT_SLUG, fields: { role, description, config } };
}

export function entityTypeDefinition({ slug, name, description, metadataSchema }: EntityTypeRow): Definition {
  return { kind: 'ENTITY_TYPE', slug: slug ?? '', fields: { name, description, metadataSchema } };
}

export function relationshipTypeDefinition(row: RelationshipTypeRow): Definition {
  const { slug, name, description, metadataSchema, isSymmetric, inverseId, rules } = row;
  return {
    kind: 'RELATIONSHIP_TYPE',
    slug: slug ?? '',
    fields: {
      name,
      description,
      metadataSchema,
      isSymmetric,
      inverse: inverseId,
      rules: sortRules(
        rules.map(({ sourceTypeId, targetTypeId }): Rule => ({ source: sourceTypeId, target: targetTypeId })),
      ),
    },
  };
}

export function watcherDefinition(row: WatcherRow): Definition {
  const { slug, name, description, prompt, extractionSchema, schedule, reactionScript } = row;
  return {
    kind: 'WATCHER',
    slug: slug ?? '',
    fields: { name, description, prompt, extractionSchema, schedule, reactionScript },
  };
}

export function classifierDefinition(row: ClassifierRow): Definition {
  const { slug, name, description, attributeKey, attributeValues, watcherId } = row;
  return {
    kind: 'CLASSIFIER',
    slug: slug ?? '',
    fields: { name, description, attributeKey, attributeValues, watcher: watcherId },
  };
}
