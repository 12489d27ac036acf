/** Separates the names of a stored path. No name contains it, and it sorts before every character of a name. */
const SEPARATOR = '\u0001';

/** Splits a stored path into the names from the root down. */
export function namesOf(path: string): string[] {
  return path.split(SEPARATOR);
}
