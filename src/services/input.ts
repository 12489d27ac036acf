/** The shapes of what people type in, shared by the acts that take them. */
import { z } from 'zod';
import { InvalidInputError } from '../errors.ts';
import { NUL } from './storable.ts';

/**
 * Checks an input whole.
 * @throws InvalidInputError with every issue there is
 */
export function validate<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  );
}

/** Text that PostgreSQL holds as it is: why, says storable.ts. */
const storableText = z
  .string()
  .trim()
  .refine((value) => !value.includes(NUL), 'must not contain a NUL character')
  .refine((value) => value.isWellFormed(), 'must not contain half of a character');

/** One line or more of text, trimmed. */
export function text(min: number, max: number) {
  return storableText
    .refine(
      (value) => length(value) >= min,
      min === 1 ? 'must not be empty' : `must have at least ${min} characters`,
    )
    .refine((value) => length(value) <= max, `must have at most ${max} characters`);
}

export const slug = z
  .string()
  .trim()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must have 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end',
  );

export const email = storableText
  .toLowerCase()
  .max(254, 'must have at most 254 characters')
  // Every space and control character there is: which of them `\s` means, PostgreSQL and JavaScript do not agree on.
  .regex(/^[^@\s\p{Z}\p{Cc}\p{Cf}]+@[^@\s\p{Z}\p{Cc}\p{Cf}]+$/u, 'must be an e-mail address');

/** In characters as PostgreSQL counts them, not in UTF-16 units. */
function length(value: string): number {
  return [...value].length;
}
