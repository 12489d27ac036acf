import type { OrgDocument } from '../document/document.ts';
import type { LiveWorkspace, OrgImportMode, OrgImportPlan } from './plan.ts';

/**
 * What importing the document into an organization would do.
 * @param tree every live workspace of the organization, in any order
 */
export function planOrgImport(
  _document: OrgDocument,
  _tree: LiveWorkspace[],
  _mode: OrgImportMode,
): OrgImportPlan {
  throw new Error('not built yet');
}
