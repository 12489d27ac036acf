import { hashOf } from './canonical.ts';
import { type AgentRow, agentDefinition } from './definition.ts';
import type { Definition, Manifest, ManifestItem } from './item.ts';
import { sortItems } from './sortItems.ts';

/**
 * The manifest of an agent and of the rows to release with it. It leaves out slugs that start with `$`, because every
 * organization already has the rows of the platform.
 */
export function buildManifest(
  agent: AgentRow,
  rows: readonly { readonly id: string; readonly definition: Definition }[],
): Manifest {
  const items = rows.map(({ id, definition }) => manifestItem(id, definition));
  return manifestOf([
    manifestItem(agent.id, agentDefinition(agent)),
    ...items.filter(({ slug }) => !slug.startsWith('$')),
  ]);
}

/** The manifest of the items. Their order does not affect it. */
export function manifestOf(items: readonly ManifestItem[]): Manifest {
  const sorted = sortItems(items);
  return { items: sorted, hash: hashOf(sorted) };
}

export function manifestItem(sourceKey: string, definition: Definition): ManifestItem {
  const { kind, slug, fields } = definition;
  return { ...definition, sourceKey, hash: hashOf({ kind, slug, fields }) };
}
