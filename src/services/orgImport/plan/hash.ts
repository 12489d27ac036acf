import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { OrgImportItem, OrgImportMode } from './plan.ts';

/** Returns the SHA-256 hash of everything that the plan would do. The order of JSON keys does not affect it. */
export function planHash(documentName: string, mode: OrgImportMode, items: readonly OrgImportItem[]): string {
  const hash = createHash('sha256');
  hash.update(stringify([documentName, mode]));
  for (const item of items) {
    // A skipped row that is not in the document has no effect, so it must not make an expected hash stale.
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
