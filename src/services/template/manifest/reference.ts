/** What an item's fields refer to. */
import type { Definition, Rule } from './item.ts';
import { compare } from './sortItems.ts';

export type Reference = { readonly path: string; readonly to: string };

/** Each reference with its path within the fields. */
export function referencesOf({ kind, fields }: Definition): Reference[] {
  if (kind === 'CLASSIFIER') return fields.watcher === null ? [] : [{ path: 'watcher', to: fields.watcher }];
  if (kind !== 'RELATIONSHIP_TYPE') return [];
  return [
    ...(fields.inverse === null ? [] : [{ path: 'inverse', to: fields.inverse }]),
    ...fields.rules.flatMap(({ source, target }, index) => [
      { path: `rules.${index}.source`, to: source },
      { path: `rules.${index}.target`, to: target },
    ]),
  ];
}

/** The same definition with every reference replaced. */
export function mapReferences<Of extends Definition>(definition: Of, map: (reference: string) => string): Of {
  const { kind, fields } = definition;
  if (kind === 'CLASSIFIER' && fields.watcher !== null) {
    return { ...definition, fields: { ...fields, watcher: map(fields.watcher) } };
  }
  if (kind !== 'RELATIONSHIP_TYPE') return definition;
  return {
    ...definition,
    fields: {
      ...fields,
      inverse: fields.inverse === null ? null : map(fields.inverse),
      rules: sortRules(fields.rules.map((rule) => ({ source: map(rule.source), target: map(rule.target) }))),
    },
  };
}

/** Rules are a set: in which order they were written is no change. */
export function sortRules(rules: readonly Rule[]): Rule[] {
  return [...rules].sort((a, b) => compare(a.source, b.source) || compare(a.target, b.target));
}
