/** Schemas that several services share for their input. */
import { z } from 'zod';
import type { Prisma } from '../../../prisma/client/client.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { asciiLower } from '../../value/asciiLower.ts';
import { lineFault, textFault } from './characters.ts';
import { exactJson } from './exactJson.ts';
import { NUL } from './storable.ts';

/**
 * Parses an input.
 * @throws InvalidInputError with all issues, not only the first
 */
export function validate<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  );
}

/** Text that PostgreSQL can store unchanged: see storable.ts. */
const storableText = z
  .string()
  .trim()
  .refine((value) => !value.includes(NUL), 'must not contain a NUL character')
  .refine((value) => value.isWellFormed(), 'must not contain half of a character');

/** A name, a label, a reason: text of one line, trimmed. */
export function line(min: number, max: number) {
  // Before it is trimmed, so that a line break at an end is refused too. A blank text is only empty.
  return z
    .string()
    .superRefine(without((value) => (value.trim() === '' ? undefined : lineFault(value))))
    .pipe(sized(min, max));
}

/** A prompt, a description: text of one or more lines, trimmed. */
export function text(min: number, max: number) {
  return sized(min, max).superRefine(without(textFault));
}

/** Text of one or more lines that is stored unchanged, with the spaces at its ends. */
export function verbatimText(max: number) {
  return z
    .string()
    .refine(isStorable, 'must not contain a NUL character or half of a character')
    .refine((value) => length(value) <= max, `must have at most ${max} characters`)
    .superRefine(without(textFault));
}

function sized(min: number, max: number) {
  return storableText
    .refine(
      (value) => length(value) >= min,
      min === 1 ? 'must not be empty' : `must have at least ${min} characters`,
    )
    .refine((value) => length(value) <= max, `must have at most ${max} characters`);
}

const without =
  (fault: (value: string) => string | undefined) => (value: string, context: z.RefinementCtx) => {
    const message = fault(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };

const JSON_MAX_BYTES = 65_536;

const JSON_MAX_DEPTH = 32;

/** Any JSON object, up to a size and a depth. */
export const jsonObject = exactJson.pipe(
  z
    .custom<Prisma.InputJsonObject>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be a JSON object',
    )
    // First of all: the next checks recurse to the end.
    .refine((value) => !isDeeperThan(value, JSON_MAX_DEPTH), {
      message: `must not be nested deeper than ${JSON_MAX_DEPTH} levels`,
      abort: true,
    })
    .refine(holdsStorable, 'must not contain a NUL character or half of a character')
    .refine(
      (value) => Buffer.byteLength(JSON.stringify(value)) <= JSON_MAX_BYTES,
      `must have at most ${JSON_MAX_BYTES} bytes as JSON`,
    ),
);

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(each, levels - 1));
}

function holdsStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => isStorable(key) && holdsStorable(each));
}

const REPO_OWNER = /^(?=.{1,39}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]+)?$/;
const REPO_NAME = /^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/i;

/** A repository on GitHub, as `owner/name`. */
export const repoName = z
  .string()
  .trim()
  .refine((value) => {
    const [owner = '', name = '', ...more] = value.split('/');
    return REPO_OWNER.test(owner) && REPO_NAME.test(name) && more.length === 0;
  }, 'must be the `owner/name` of a repository as GitHub allows it, without `.git`')
  .transform((value) => {
    const [owner = '', name = ''] = value.split('/');
    return { owner, name };
  });

/** The columns of a repository's key. */
export function repoKeyOf({ owner, name }: { owner: string; name: string }) {
  return { repoOwnerKey: asciiLower(owner), repoNameKey: asciiLower(name) };
}

export const slug = z
  .string()
  .trim()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must have 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end',
  );

export const email = storableText
  .overwrite(asciiLower)
  .max(254, 'must have at most 254 characters')
  // Unicode classes, because PostgreSQL and JavaScript disagree on what `\s` matches.
  .regex(/^[^@\s\p{Z}\p{Cc}\p{Cf}]+@[^@\s\p{Z}\p{Cc}\p{Cf}]+$/u, 'must be an e-mail address');

function isStorable(value: string): boolean {
  return !value.includes(NUL) && value.isWellFormed();
}

/** In code points, as PostgreSQL counts characters, not in UTF-16 units. */
function length(value: string): number {
  return [...value].length;
}
