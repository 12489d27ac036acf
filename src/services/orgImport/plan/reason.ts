import type { LiveWorkspace, OrgImportAction } from './plan.ts';
import type { Fate } from './removal.ts';

type Circumstances = {
  row: LiveWorkspace | undefined;
  documentName: string;
  hasDrift: boolean;
  hasNamesake: boolean;
};

/** Returns the reason for the action on a workspace of the document, for people. */
export function documentReason(action: OrgImportAction, circumstances: Circumstances): string {
  const { row, documentName, hasDrift, hasNamesake } = circumstances;
  const stamp = row?.importDocument;
  const origin = stamp && stamp !== documentName ? ` An import of ${JSON.stringify(stamp)} made it.` : '';
  switch (action) {
    case 'CREATED':
      return hasNamesake
        ? 'Nothing is at this place. Another workspace has this name, which RECONCILE would take into account.'
        : 'Nothing is at this place.';
    case 'UPDATED':
      return `It differs from the document.${origin}`;
    case 'MOVED':
      return `It is the only workspace of this name without a place, and this place is vacant.${origin}`;
    case 'NOT_SPAWNED':
      return 'The document says `spawning: false` here or above.';
    default:
      return hasDrift
        ? `It differs from the document, and MERGE changes no workspace that exists.${origin}`
        : `It equals the document.${origin}`;
  }
}

/** Returns the reason why a live row without a place in the document is removed or kept, for people. */
export function rowReason(fate: Fate): string {
  switch (fate.kind) {
    case 'REMOVED':
      return 'The document has this name at another place only.';
    case 'FOREIGN':
      return 'The document does not have this name.';
    case 'KEPT':
      return 'The document has this name with `spawning: false`, which keeps it.';
    case 'MERGED':
      return 'The document has this name at another place only, and MERGE moves and removes nothing.';
    case 'BLOCKED':
      return `Below it is ${JSON.stringify(fate.by.name)}, which the import must not remove.`;
  }
}
