/** Between the names of a stored path. No name holds it, and it comes before every character that one may hold. */
const SEPARATOR = '\u0001';

/** The names from the root, of a stored path. */
export function namesOf(path: string): string[] {
  return path.split(SEPARATOR);
}
