/** What a plan does to an organization's rows: the model that properties of plans are checked on. */
import type { ItemKind, ManifestItem, Rule } from '../../src/services/template/manifest/item.ts';
import { sortRules } from '../../src/services/template/manifest/reference.ts';
import type { Binding, LocalRow, Plan, PlanItem } from '../../src/services/template/plan/plan.ts';

/** An organization with its rows, and what its installation remembers. */
export type World = {
  rows: readonly LocalRow[];
  /** The item that each row was last reconciled with, by row id. */
  base: ReadonlyMap<string, ManifestItem>;
  bindings: readonly Binding[];
};

const RECONCILED = new Set(['CREATE', 'UPDATE', 'UNCHANGED', 'RESTORE', 'KEEP_LOCAL', 'ADOPT']);

const key = (kind: ItemKind, sourceKey: string) => `${kind} ${sourceKey}`;

export function applyPlan(
  world: World,
  plan: Plan,
  options: { release: readonly ManifestItem[]; installationId: string; nextId: () => string; at: Date },
): World {
  const released = new Map(options.release.map((item) => [key(item.kind, item.sourceKey), item]));
  const targets = new Map(plan.items.map((item) => [item, item.targetId ?? options.nextId()]));
  // Only rows that are live once the plan is applied can be referred to.
  const rowOfKey = new Map(plan.items.map((item) => [item.sourceKey, targets.get(item) ?? '']));
  const rows = new Map(world.rows.map((row) => [row.id, row]));
  const base = new Map(world.base);
  const bindings = new Map(world.bindings.map((binding) => [key(binding.kind, binding.sourceKey), binding]));

  for (const item of plan.items) {
    const id = targets.get(item) ?? '';
    const itemKey = key(item.kind, item.sourceKey);
    const source = released.get(itemKey);
    const row = applied(item, rows.get(id), { ...options, id, rowOfKey });
    if (row) rows.set(id, row);
    if (source && RECONCILED.has(item.action)) base.set(id, source);
    if (item.action !== 'SKIP') bindings.delete(itemKey);
    else if (item.reason === 'RESOLVED') {
      bindings.set(itemKey, { kind: item.kind, sourceKey: item.sourceKey, targetId: null });
    }
  }
  return { rows: [...rows.values()], base, bindings: [...bindings.values()] };
}

function applied(
  { action, kind, sourceKey, write }: PlanItem,
  row: LocalRow | undefined,
  {
    installationId,
    at,
    id,
    rowOfKey,
  }: {
    installationId: string;
    at: Date;
    id: string;
    rowOfKey: ReadonlyMap<string, string>;
  },
): LocalRow | undefined {
  const managed = { managedBy: installationId, sourceKey };
  const written = (fields: object): LocalRow => {
    const { slug, ...values } = localReferences(write, rowOfKey);
    return {
      ...row,
      ...fields,
      kind,
      ...(slug === undefined ? {} : { slug }),
      fields: { ...row?.fields, ...values },
    } as LocalRow;
  };
  if (action === 'CREATE')
    return written({ id, ...managed, archivedAt: null, orphaned: false, referenced: false });
  if (!row) return undefined;
  if (action === 'UPDATE') return written({ orphaned: false });
  if (action === 'RESTORE') return written({ ...managed, archivedAt: null, orphaned: false });
  if (action === 'ADOPT') return { ...row, ...managed, archivedAt: null, orphaned: false };
  if (action === 'ARCHIVE') return { ...row, archivedAt: at, orphaned: true };
  if (action === 'ORPHAN') return { ...row, orphaned: true };
  return action === 'KEEP_LOCAL' || (action === 'UNCHANGED' && row.archivedAt === null)
    ? { ...row, orphaned: false }
    : row;
}

/** The values to write, with row ids in place of source keys. */
function localReferences(
  write: PlanItem['write'],
  rowOfKey: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const local = (sourceKey: string) => {
    const id = rowOfKey.get(sourceKey);
    if (!id) throw new Error(`The plan writes a reference to ${sourceKey}, which has no row.`);
    return id;
  };
  return Object.fromEntries(
    Object.entries(write).map(([field, value]) => {
      if ((field === 'inverse' || field === 'watcher') && value !== null)
        return [field, local(value as string)];
      if (field !== 'rules') return [field, value];
      const rules = value as readonly Rule[];
      return [
        field,
        sortRules(rules.map(({ source, target }) => ({ source: local(source), target: local(target) }))),
      ];
    }),
  );
}
