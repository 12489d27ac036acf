import { InvalidOrgSourceError, type OrgSourceIssue } from '../../src/errors/errors.ts';
import type { OrgDocument } from '../../src/services/orgImport/document/document.ts';
import { parseOrgSource } from '../../src/services/orgImport/parseOrgSource.ts';
import type { OrgSource } from '../../src/services/orgImport/source/source.ts';

/** A source of files by their paths; the document is `org.yaml`, or the file whose name ends so. */
export function files(contents: Record<string, string>): OrgSource {
  const paths = Object.keys(contents);
  const entry = paths.find((path) => path.endsWith('org.yaml')) ?? 'org.yaml';
  return { entry, files: paths.map((path) => ({ path, content: contents[path] ?? '' })) };
}

export function read(source: OrgSource, root: string | null = null): OrgDocument {
  return parseOrgSource(source, root);
}

export function issuesOf(source: OrgSource, root: string | null = null): OrgSourceIssue[] {
  try {
    parseOrgSource(source, root);
  } catch (error) {
    if (error instanceof InvalidOrgSourceError) return error.issues;
    throw error;
  }
  throw new Error('The source was read, but it should have been refused.');
}

/** Each issue as `file:line path message`. */
export function shown(issues: OrgSourceIssue[]): string[] {
  return issues.map(({ file, line, path, message }) => `${file}:${line} ${path} ${message}`);
}

/** A document of one workspace with the given lines beside its name. */
export function workspaceWith(...lines: string[]): OrgSource {
  return {
    yaml: ['name: Acme', 'workspaces:', '  - name: PM', ...lines.map((line) => `    ${line}`)].join('\n'),
  };
}
