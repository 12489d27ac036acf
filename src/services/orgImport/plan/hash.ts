import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { OrgImportItem, OrgImportMode } from './plan.ts';

/** SHA-256 of everything that the plan would do, in a spelling that does not depend on the order of JSON keys. */
export function planHash(documentName: string, mode: OrgImportMode, items: readonly OrgImportItem[]): string {
  const hash = createHash('sha256');
  hash.update(stringify([documentName, mode]));
  for (const item of items) {
    // Rows of which the document says nothing are left as they are: one more of them changes nothing that is done.
    if (!item.node && item.action === 'SKIPPED') continue;
    const { action, path, workspaceId, liveParentId, drift, duplicateOf } = item;
    hash.update(stringify([action, path, workspaceId, liveParentId, drift, duplicateOf, created(item)]));
    hash.update('\n');
  }
  return hash.digest('hex');
}

function created({ action, node }: OrgImportItem): unknown {
  if (action !== 'CREATED' || !node) return null;
  const { role, runtime, tier, model, plugins, schedules, channels, spec } = node;
  return { role, runtime, tier, model, plugins, schedules, channels, spec };
}
