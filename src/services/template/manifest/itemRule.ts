/** What each kind of item must look like, apart from what it refers to. */
import { z } from 'zod';
import { jsonObject, slug, text, verbatimText } from '../../act/input.ts';
import type { ItemKind } from './item.ts';
import { jsonSchemaFaults } from './jsonSchema.ts';
import { scheduleFault } from './schedule.ts';

const MAX_RULES = 200;
const MAX_VALUES = 200;
const LONG_TEXT = 65_536;

const described = { name: text(1, 100), description: verbatimText(2_000).nullable() };

const jsonSchema = jsonObject.superRefine((schema, { addIssue }) => {
  for (const { path, message } of jsonSchemaFaults(schema)) {
    addIssue({ code: 'custom', path: path === '' ? [] : path.split('.'), message });
  }
});

const schedule = z.string().superRefine((value, { addIssue }) => {
  const message = scheduleFault(value);
  if (message !== null) addIssue({ code: 'custom', message });
});

/** A list of labels, or an object that says something about each of them. */
const attributeValues = z.union(
  [
    z
      .array(text(1, 100))
      .min(1)
      .max(MAX_VALUES)
      .refine((values) => new Set(values).size === values.length),
    jsonObject.refine((values) => {
      const count = Object.keys(values).length;
      return count > 0 && count <= MAX_VALUES;
    }),
  ],
  `must be a list of 1 to ${MAX_VALUES} different texts, or an object with such keys`,
);

const reference = z.string().nullable();

export const ITEM_RULES: { [Kind in ItemKind]: z.ZodType } = {
  AGENT: z.object({ slug, role: text(1, 100), description: described.description, config: jsonObject }),
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
    prompt: text(1, LONG_TEXT),
    extractionSchema: jsonSchema,
    schedule: schedule.nullable(),
    reactionScript: verbatimText(LONG_TEXT).nullable(),
  }),
  CLASSIFIER: z.object({
    slug,
    ...described,
    attributeKey: text(1, 100),
    attributeValues,
    watcher: reference,
  }),
};
