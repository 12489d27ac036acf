/** The schema of each kind of item. References are checked elsewhere: see validateManifest.ts. */
import { z } from 'zod';
import { jsonObject, line, slug, verbatimText } from '../../act/input.ts';
import {
  attributeKey,
  attributeValues,
  description,
  jsonSchema,
  MAX_RULES,
  name,
  prompt,
  reactionScript,
  schedule,
} from './fieldRule.ts';
import type { ItemKind } from './item.ts';

const described = { name, description: description.nullable() };

const reference = z.string().nullable();

export const ITEM_RULES: { [Kind in ItemKind]: z.ZodType } = {
  AGENT: z.object({
    slug,
    role: line(1, 100),
    description: verbatimText(4_000).nullable(),
    config: jsonObject,
  }),
  ENTITY_TYPE: z.object({ slug, ...described, metadataSchema: jsonSchema.nullable() }),
  RELATIONSHIP_TYPE: z.object({
    slug,
    ...described,
    metadataSchema: jsonSchema.nullable(),
    isSymmetric: z.boolean(),
    inverse: reference,
    rules: z
      .array(z.object({ source: z.string(), target: z.string() }))
      .max(MAX_RULES, `must have at most ${MAX_RULES} entries`),
  }),
  WATCHER: z.object({
    slug,
    ...described,
    prompt,
    extractionSchema: jsonSchema,
    schedule: schedule.nullable(),
    reactionScript: reactionScript.nullable(),
  }),
  CLASSIFIER: z.object({
    slug,
    ...described,
    attributeKey,
    attributeValues,
    watcher: reference,
  }),
};
