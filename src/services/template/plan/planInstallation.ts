import { hashOf } from '../manifest/canonical.ts';
import { compare } from '../manifest/sortItems.ts';
import { pairItems } from './pairItems.ts';
import type { Plan, PlanInput, Resolved } from './plan.ts';
import { conflictOf, type Labels, planItem } from './planItem.ts';
import { Settlement } from './settle.ts';

/**
 * Plans how an organization is brought to a release without overwriting its own changes. The plan depends only on the
 * input, and not on the order of the input's lists. So the plan has the same hash when it is computed again under a
 * lock.
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
