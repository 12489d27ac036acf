import { resolvePath } from '../source/path.ts';
import type { Mapping } from './mapping.ts';
import type { Reading } from './reading.ts';
import { NAME } from './text.ts';

/** The folder of a workspace's own files, which may not exist; undefined when the document names none. */
export function readFolder(mapping: Mapping, reading: Reading): string | undefined {
  const node = mapping.get('files_dir');
  const spelled = mapping.text('files_dir', NAME);
  if (!node || spelled === undefined) return undefined;
  const folder = resolvePath(spelled, reading.orgFolder, reading.orgFolder);
  if (folder === undefined)
    reading.findings.error(node, 'files_dir must be a relative path inside the folder of the document');
  else if (!reading.files.isFolder(folder))
    reading.findings.warning(node, `the folder ${JSON.stringify(spelled)} does not exist`);
  return folder;
}
