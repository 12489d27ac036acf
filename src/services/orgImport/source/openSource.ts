import { DiskFiles } from './diskFiles.ts';
import { SourceFiles } from './files.ts';
import type { Findings } from './findings.ts';
import { MAX_FILES } from './limits.ts';
import { ListedFiles } from './listedFiles.ts';
import { resolvePath } from './path.ts';
import type { OrgSource, SourceFile } from './source.ts';

export type OpenSource = {
  files: SourceFiles;
  /** The document's path from the root. */
  entry: string;
  mayInclude: boolean;
};

const TEXT_NAME = 'org.yaml';

/**
 * Finds the document of a source, or reports why it has none.
 * @param root the templates directory; null when none is configured
 */
export function openSource(
  source: OrgSource,
  root: string | null,
  findings: Findings,
): OpenSource | undefined {
  if ('yaml' in source) {
    const tree = new ListedFiles(new Map([[TEXT_NAME, source.yaml]]));
    return { files: new SourceFiles(tree), entry: TEXT_NAME, mayInclude: false };
  }
  return 'files' in source
    ? openFiles(source.files, source.entry, findings)
    : openDirectory(source.directory, root, findings);
}

function openFiles(files: SourceFile[], entry: string, findings: Findings): OpenSource | undefined {
  const fail = (file: string, message: string) =>
    findings.error({ file, line: 1, column: 1, path: '' }, message);
  if (files.length > MAX_FILES) return void fail('', `a source has at most ${MAX_FILES} files`);
  const contents = new Map<string, string>();
  for (const { path: spelled, content } of files) {
    const path = resolvePath(spelled, '', '');
    const shown = spelled.slice(0, 200);
    if (!path) fail(shown, 'the path of a file must be relative and stay inside the root');
    else if (contents.has(path)) fail(path, 'two files have this path');
    else contents.set(path, content);
  }
  const path = resolvePath(entry, '', '');
  if (!path || !contents.has(path)) fail(entry.slice(0, 200), 'the entry is none of the files');
  if (!path || findings.hasErrors) return undefined;
  return { files: new SourceFiles(new ListedFiles(contents)), entry: path, mayInclude: true };
}

/** The message does not repeat the requested path, which may be a guess at files of this machine. */
function openDirectory(directory: string, root: string | null, findings: Findings): OpenSource | undefined {
  const fail = (message: string) => findings.error({ file: '', line: 1, column: 1, path: '' }, message);
  if (root === null) return void fail('this server has no templates directory');
  const folder = resolvePath(directory, '', '');
  if (folder === undefined)
    return void fail('the directory must be relative and stay inside the templates directory');
  const disk = diskFiles(root);
  if (!disk) return void fail('the templates directory cannot be read');
  const entry = ['org.yaml', 'org.yml']
    .map((name) => (folder === '' ? name : `${folder}/${name}`))
    .find((path) => disk.has(path));
  if (!entry) return void fail('the templates directory has no such folder with an org.yaml or org.yml');
  return { files: new SourceFiles(disk), entry, mayInclude: true };
}

function diskFiles(root: string): DiskFiles | undefined {
  try {
    return new DiskFiles(root);
  } catch {
    return undefined;
  }
}
