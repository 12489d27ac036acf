import { Document, isScalar, visit } from 'yaml';
import type { Json, JsonObject } from './document/document.ts';
import { FIELDS } from './document/spec.ts';
import { LiveTree } from './plan/liveTree.ts';
import type { LiveChannel, LiveSchedule, LiveWorkspace } from './plan/plan.ts';

export type LiveOrg = {
  /** The document's name. */
  name: string;
  /** The organization level's other keys: `OrgDocument.spec` of the import that made the tree, or nothing. */
  spec?: JsonObject;
  /** The rows to write, in any order; a row whose parent is not among them is written as a root. */
  workspaces: readonly LiveWorkspace[];
};

/** Without quotes it tells the reader to add the entries of another mapping. */
const MERGE_KEY = '<<';

/** The live tree as one YAML document, siblings by name. Importing it again skips every workspace. */
export function writeOrgDocument({ name, spec = {}, workspaces }: LiveOrg): string {
  const tree = new LiveTree(workspaces);
  const written = new Map<string | null, JsonObject[]>();
  // From the last row to the first: children are written before the parent that lists them.
  for (const row of [...tree.preorder()].reverse()) {
    const parent = tree.has(row.parentId) ? row.parentId : null;
    const siblings = written.get(parent) ?? [];
    siblings.push(writtenWorkspace(row, (written.get(row.id) ?? []).reverse()));
    written.set(parent, siblings);
  }
  const org = { name, ...orgLevel(spec), workspaces: (written.get(null) ?? []).reverse() };
  const document = new Document(org, { aliasDuplicateObjects: false });
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === MERGE_KEY) key.type = 'QUOTE_DOUBLE';
    },
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && !isProse(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Whether a block of indented lines is read back as the same text: one with blanks at a line's end may not be. */
function isProse(text: string): boolean {
  return (
    !text.includes('\n') || (/^\S/.test(text) && !/[ \t](\n|$)|[^\P{Cc}\n]|[\u2028\u2029\ufeff]/u.test(text))
  );
}

/** Every workspace says itself what it once took from the defaults, so only their requirements are left of them. */
function orgLevel({ defaults, name: _name, workspaces: _workspaces, ...spec }: JsonObject): JsonObject {
  const org = { ...spec };
  for (const key of ['required_env', 'recommended_env']) {
    const inherited = isObject(defaults) ? defaults[key] : undefined;
    const own = org[key];
    if (Array.isArray(inherited)) org[key] = [...(Array.isArray(own) ? own : []), ...inherited];
  }
  return Object.fromEntries(Object.entries(org).sort(byKey));
}

function writtenWorkspace(row: LiveWorkspace, children: JsonObject[]): JsonObject {
  const { name, role, runtime, tier, model, plugins, spec } = row;
  return {
    name,
    ...(role === null ? {} : { role }),
    runtime,
    tier,
    ...(model === null ? {} : { model }),
    ...(plugins.length > 0 ? { plugins } : {}),
    ...Object.fromEntries(
      Object.entries(spec)
        .filter(([key]) => !FIELDS.has(key))
        .sort(byKey),
    ),
    ...list('schedules', row.schedules.map(writtenSchedule).sort(byFirstValue)),
    ...list('channels', row.channels.map(writtenChannel).sort(byFirstValue)),
    ...list('children', children),
  };
}

function writtenSchedule({ name, cronExpr, timezone, prompt, enabled }: LiveSchedule): JsonObject {
  return { name, cron_expr: cronExpr, timezone, prompt, enabled };
}

function writtenChannel({ type, config, allowedUsers, enabled }: LiveChannel): JsonObject {
  return { type, config, allowed_users: allowedUsers, enabled };
}

function list(key: string, items: JsonObject[]): JsonObject {
  return items.length > 0 ? { [key]: items } : {};
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function byFirstValue(a: JsonObject, b: JsonObject): number {
  return String(Object.values(a)[0]) < String(Object.values(b)[0]) ? -1 : 1;
}
