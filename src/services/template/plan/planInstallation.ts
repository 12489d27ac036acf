import { hashOf } from '../manifest/canonical.ts';
import { compare } from '../manifest/sortItems.ts';
import { pairItems } from './pairItems.ts';
import type { Plan, PlanInput, Resolved } from './plan.ts';
import { conflictOf, type Labels, planItem } from './planItem.ts';
import { Settlement } from './settle.ts';

/**
 * What brings an organization to a release without overwriting what it wrote itself. The plan depends on nothing but
 * its input, in whatever order that comes, so that the same plan computed again under a lock has the same hash.
 */
export function planInstallation(input: PlanInput): Plan {
  const local = [...input.local].sort((a, b) => compare(a.id, b.id));
  const { drafts, rows } = pairItems({ ...input, local });
  new Settlement(rows, input.installationId).settle(drafts, local);
  const labels = labelsOf(input);
  const items = drafts.map((draft) => planItem(draft, rows, labels));
  const resolutions = input.resolutions.map(resolutionKey).sort(compare);
  return { items, conflicts: drafts.flatMap(conflictOf), hash: hashOf({ items, resolutions }) };
}

function resolutionKey({ kind, slug, resolution }: Resolved): string {
  return `${kind} ${slug} ${resolution}`;
}

function labelsOf({ release, local }: PlanInput): Labels {
  const slugOfKey = new Map(release.items.map(({ sourceKey, slug }) => [sourceKey, slug]));
  const slugOfRow = new Map(local.map(({ id, slug }) => [id, slug]));
  return { ofSourceKey: (key) => slugOfKey.get(key) ?? key, ofRow: (id) => slugOfRow.get(id) ?? id };
}
