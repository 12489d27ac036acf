import { isDeepStrictEqual } from 'node:util';
import type { DocumentWorkspace, Json, JsonObject } from '../document/document.ts';
import type { FieldDrift, LiveWorkspace, Source } from './plan.ts';

const FIELDS = ['role', 'runtime', 'tier', 'model', 'plugins'] as const;

/** Returns the fields in which a live row differs from the document. */
export function driftOf(workspace: DocumentWorkspace, row: LiveWorkspace): FieldDrift[] {
  return [
    ...FIELDS.flatMap((field) => difference(field, row[field], workspace[field])),
    ...specDrift(row.spec, workspace.spec),
    ...ownedDrift(
      'schedules',
      row.schedules.map(({ source, ...value }) => ({ name: value.name, source, value })),
      workspace.schedules.map((value) => ({ name: value.name, value })),
    ),
    ...ownedDrift(
      'channels',
      row.channels.map(({ source, ...value }) => ({ name: value.type, source, value })),
      workspace.channels.map((value) => ({ name: value.type, value })),
    ),
  ];
}

function difference(field: string, before: Json, after: Json): FieldDrift[] {
  return isDeepStrictEqual(before, after) ? [] : [{ field, before, after }];
}

function specDrift(before: JsonObject, after: JsonObject): FieldDrift[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].sort().flatMap((key) => difference(`spec.${key}`, own(before, key), own(after, key)));
}

function own(object: JsonObject, key: string): Json {
  return Object.hasOwn(object, key) ? (object[key] ?? null) : null;
}

type Owned = { name: string; source: Source; value: JsonObject };

/**
 * Returns the drift of schedules or channels. An item that was created at runtime never drifts, even when the document
 * has one of the same name. An item of a template that is no longer in the document is disabled instead of deleted: its
 * record of past runs is kept, and it may return.
 */
function ownedDrift(
  field: string,
  live: Owned[],
  wanted: { name: string; value: JsonObject }[],
): FieldDrift[] {
  const rows = new Map(live.map((row) => [row.name, row]));
  const names = new Set(wanted.map(({ name }) => name));
  const changed = wanted.flatMap(({ name, value }) => {
    const row = rows.get(name);
    return row?.source === 'RUNTIME' ? [] : difference(`${field}.${name}`, row?.value ?? null, value);
  });
  const left = live.flatMap(({ name, source, value }) =>
    source === 'RUNTIME' || names.has(name)
      ? []
      : difference(`${field}.${name}`, value, { ...value, enabled: false }),
  );
  return [...changed, ...left].sort((a, b) => (a.field < b.field ? -1 : 1));
}
