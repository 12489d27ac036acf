import { posix } from 'node:path';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const REFUSED = /[\u0000-\u001f\u007f\\]/;
const DRIVE = /^[A-Za-z]:/;

/**
 * Resolves the relative path `spelled` from the folder `from`. The result and both folders are relative to the source's
 * root; '' is the root. Undefined when `spelled` is not a relative path or leaves the folder `within`.
 */
export function resolvePath(spelled: string, from: string, within: string): string | undefined {
  if (spelled.trim() === '' || REFUSED.test(spelled)) return undefined;
  if (spelled.startsWith('/') || DRIVE.test(spelled)) return undefined;
  const path = posix.normalize(posix.join(from, spelled)).replace(/\/$/, '');
  if (path === '..' || path.startsWith('../')) return undefined;
  const inside = path === '.' ? '' : path;
  // The slash matters: `/orgs-evil` begins with `/orgs`, but is not inside it.
  return within === '' || inside === within || inside.startsWith(`${within}/`) ? inside : undefined;
}

/** The folder of a file, both relative to the root. */
export function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}
