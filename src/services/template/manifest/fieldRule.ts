/** The schemas of the fields of a definition. Releases and the mutations that write the rows share them. */
import { z } from 'zod';
import { exactJson } from '../../act/exactJson.ts';
import { jsonObject, line, text, verbatimText } from '../../act/input.ts';
import { jsonSchemaFaults } from './jsonSchema.ts';
import { scheduleFault } from './schedule.ts';

export const MAX_RULES = 200;
const MAX_VALUES = 200;
const LONG_TEXT = 65_536;

export const name = line(1, 100);

export const description = verbatimText(2_000);

export const prompt = text(1, LONG_TEXT);

export const reactionScript = verbatimText(LONG_TEXT);

export const attributeKey = line(1, 100);

export const jsonSchema = jsonObject.superRefine((schema, { addIssue }) => {
  for (const { path, message } of jsonSchemaFaults(schema)) {
    addIssue({ code: 'custom', path: path === '' ? [] : path.split('.'), message });
  }
});

export const schedule = z.string().superRefine((value, { addIssue }) => {
  const message = scheduleFault(value);
  if (message !== null) addIssue({ code: 'custom', message });
});

/** A list of labels, or an object whose keys are the labels and whose values describe them. */
export const attributeValues = exactJson.pipe(
  z.union(
    [
      z
        .array(line(1, 100))
        .min(1)
        .max(MAX_VALUES)
        .refine((values) => new Set(values).size === values.length),
      jsonObject.refine((values) => {
        const count = Object.keys(values).length;
        return count > 0 && count <= MAX_VALUES;
      }),
    ],
    `must be a list of 1 to ${MAX_VALUES} different texts, or an object with such keys`,
  ),
);
