/**
 * What PostgreSQL can hold of a text: all but NUL. Half of a character (a surrogate without its other half, which JSON
 * can spell) it takes for something else in a column, and for an error in JSON. What people type in is refused for
 * either; what a host tells is mended.
 */

export const NUL = '\u0000';

const REPLACEMENT_CHARACTER = '\ufffd';

/** The same value, with everything in its texts replaced that cannot be stored. */
export function storable<Value>(value: Value): Value {
  return replaced(value) as Value;
}

function replaced(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll(NUL, REPLACEMENT_CHARACTER);
  if (Array.isArray(value)) return value.map(replaced);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each)]));
}
