import type { LiveWorkspace } from '../plan/plan.ts';
import type { JsonObject } from './document.ts';

export type LiveOrg = {
  /** The document's name. */
  name: string;
  /** The organization level's other keys: `OrgDocument.spec` of the import that made the tree, or nothing. */
  spec?: JsonObject;
  /** The rows to write, in any order; a row whose parent is not among them is written as a root. */
  workspaces: LiveWorkspace[];
};

/** The live tree as one YAML document, siblings by name. Importing it again skips every workspace. */
export function writeOrgDocument(_org: LiveOrg): string {
  throw new Error('not built yet');
}
