import type { DocumentWorkspace } from '../../src/services/orgImport/document/document.ts';
import type { LiveWorkspace, OrgImportItem, OrgImportPlan } from '../../src/services/orgImport/plan/plan.ts';

let nextId = 1;

/** A live row with nothing but a name; `below` is its parent. */
export function row(
  name: string,
  below: LiveWorkspace | null,
  also: Partial<LiveWorkspace> = {},
): LiveWorkspace {
  return {
    id: `row-${nextId++}`,
    parentId: below?.id ?? null,
    name,
    role: null,
    runtime: 'langgraph',
    tier: 3,
    model: null,
    plugins: [],
    spec: {},
    importDocument: null,
    schedules: [],
    channels: [],
    ...also,
  };
}

/**
 * The live rows after a plan is done to them, one item after another, held to the rules that the database holds at
 * each step: one live name below each parent, no cycle, no live row below a removed one.
 */
export function applied(
  plan: OrgImportPlan,
  rows: readonly LiveWorkspace[],
  documentName: string,
): LiveWorkspace[] {
  const live = new Map(rows.map((each) => [each.id, each]));
  const ids: string[] = [];
  const parentOf = (item: OrgImportItem) => (item.parent === null ? null : (ids[item.parent] ?? null));
  for (const [index, item] of plan.items.entries()) {
    const { action, node, workspaceId } = item;
    ids[index] = workspaceId ?? `row-${nextId++}`;
    const id = ids[index];
    const before = workspaceId === null ? undefined : live.get(workspaceId);
    if (action === 'CREATED' && node)
      live.set(id, { ...templateFields(node), id, parentId: parentOf(item), importDocument: documentName });
    if ((action === 'UPDATED' || action === 'MOVED') && node && before)
      live.set(id, { ...before, ...refreshed(before, node), parentId: parentOf(item) });
    if (action === 'CREATED' || action === 'MOVED') holdRules(live, id);
  }
  for (const { action, workspaceId } of plan.items)
    if (action === 'REMOVED' && workspaceId !== null) live.delete(workspaceId);
  for (const id of live.keys()) holdRules(live, id);
  return [...live.values()];
}

function holdRules(live: ReadonlyMap<string, LiveWorkspace>, id: string): void {
  const moved = live.get(id);
  if (!moved) throw new Error(`There is no live row ${id}.`);
  const seen = new Set<string>();
  for (let next: LiveWorkspace | undefined = moved; next; ) {
    if (seen.has(next.id)) throw new Error(`${moved.name} lies below itself.`);
    seen.add(next.id);
    if (next.parentId !== null && !live.has(next.parentId))
      throw new Error(`${next.name} lies below a row that is not live.`);
    next = next.parentId === null ? undefined : live.get(next.parentId);
  }
  for (const other of live.values())
    if (other.id !== id && other.parentId === moved.parentId && other.name === moved.name)
      throw new Error(`Two live rows named ${moved.name} lie below one parent.`);
}

function templateFields(node: DocumentWorkspace) {
  const { name, role, runtime, tier, model, plugins, spec } = node;
  const schedules = node.schedules.map((each) => ({ ...each, source: 'TEMPLATE' as const }));
  const channels = node.channels.map((each) => ({ ...each, source: 'TEMPLATE' as const }));
  return { name, role, runtime, tier, model, plugins, spec, schedules, channels };
}

function refreshed(before: LiveWorkspace, node: DocumentWorkspace): Partial<LiveWorkspace> {
  const fields = templateFields(node);
  return {
    ...fields,
    schedules: merged(before.schedules, fields.schedules, ({ name }) => name),
    channels: merged(before.channels, fields.channels, ({ type }) => type),
  };
}

/** Rows made at runtime stay; of those that a template made, what the document no longer has is disabled. */
function merged<Item extends { source: 'TEMPLATE' | 'RUNTIME'; enabled: boolean }>(
  before: readonly Item[],
  wanted: readonly Item[],
  key: (item: Item) => string,
): Item[] {
  const runtime = before.filter(({ source }) => source === 'RUNTIME');
  const taken = new Set(runtime.map(key));
  const template = wanted.filter((item) => !taken.has(key(item)));
  const named = new Set(template.map(key));
  const left = before.filter((item) => item.source === 'TEMPLATE' && !named.has(key(item)));
  return [...runtime, ...template, ...left.map((item) => ({ ...item, enabled: false }))];
}

/** Each item as `ACTION path`. */
export function actions(plan: OrgImportPlan): string[] {
  return plan.items.map(({ action, path }) => `${action} ${path.join('/')}`);
}

/** The live tree as paths, sorted. */
export function paths(rows: readonly LiveWorkspace[]): string[] {
  const byId = new Map(rows.map((each) => [each.id, each]));
  const path = ({ name, parentId }: LiveWorkspace): string => {
    const parent = parentId === null ? undefined : byId.get(parentId);
    return parent ? `${path(parent)}/${name}` : name;
  };
  return rows.map(path).sort();
}
