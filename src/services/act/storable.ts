/**
 * PostgreSQL stores any text but NUL. A lone surrogate, which JSON can spell, becomes another character in a text column
 * and an error in a JSON column. Input with either is refused (input.ts); text from a host is repaired here.
 */

export const NUL = '\u0000';

const REPLACEMENT_CHARACTER = '\ufffd';

/** The same value, with all characters replaced that cannot be stored. */
export function storable<Value>(value: Value): Value {
  return replaced(value) as Value;
}

function replaced(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll(NUL, REPLACEMENT_CHARACTER);
  if (Array.isArray(value)) return value.map(replaced);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each)]));
}
