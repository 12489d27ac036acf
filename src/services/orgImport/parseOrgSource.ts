import type { OrgDocument } from './document/document.ts';
import { Reading } from './document/reading.ts';
import { readOrg } from './document/readOrg.ts';
import { Expansion } from './source/expand.ts';
import { Findings } from './source/findings.ts';
import { openSource } from './source/openSource.ts';
import { folderOf } from './source/path.ts';
import type { OrgSource } from './source/source.ts';

/**
 * Reads and checks a source. A large source blocks the calling thread for seconds.
 * @param root the templates directory; null when none is configured
 * @throws InvalidOrgSourceError with all faults of the source
 */
export function parseOrgSource(source: OrgSource, root: string | null): OrgDocument {
  const findings = new Findings();
  const open = openSource(source, root, findings);
  findings.throwErrors();
  const tree = open && new Expansion(open.files, findings, open).document(open.entry);
  const document = open && tree && readOrg(tree, new Reading(open.files, findings, folderOf(open.entry)));
  findings.throwErrors();
  if (!document) throw new Error('A source that cannot be read has an error that says why.');
  return { ...document, warnings: findings.warnings };
}
