import { posix } from 'node:path';

const SYSTEM_FOLDERS = ['/etc', '/var', '/proc', '/sys', '/dev', '/boot', '/sbin', '/bin', '/lib', '/usr'];

/**
 * Returns why a folder of the host cannot be a workspace's folder. `${VARIABLES}` are replaced when the folder is
 * mounted, and the path is checked again then.
 */
export function workspaceDirFault(path: string): string | undefined {
  if (path.includes('\\')) return 'must not contain a backslash';
  if (path.split('/').includes('..')) return 'must not contain ".."';
  if (/^\$\{[A-Za-z_][A-Za-z0-9_]*\}/.test(path)) return undefined;
  if (!path.startsWith('/')) return 'must be an absolute path, or begin with a variable';
  const normal = posix
    .normalize(path)
    .replace(/^\/+/, '/')
    .replace(/(.)\/$/, '$1');
  if (normal === '/') return 'must not be the root of the file system';
  const system = SYSTEM_FOLDERS.find((folder) => normal === folder || normal.startsWith(`${folder}/`));
  return system && `must not lie in ${system}`;
}
