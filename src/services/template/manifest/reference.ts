/** The references between items. */
import type { Definition, ItemKind, Rule } from './item.ts';
import { compare } from './sortItems.ts';

export type Reference = {
  /** The field that holds the reference. */
  readonly field: string;
  /** The path of the reference within the item's fields. */
  readonly path: string;
  readonly kind: ItemKind;
  readonly to: string;
};

/** All references of a definition. */
export function referencesOf({ kind, fields }: Definition): Reference[] {
  if (kind === 'CLASSIFIER')
    return fields.watcher === null ? [] : [direct('watcher', 'WATCHER', fields.watcher)];
  if (kind !== 'RELATIONSHIP_TYPE') return [];
  return [
    ...(fields.inverse === null ? [] : [direct('inverse', 'RELATIONSHIP_TYPE', fields.inverse)]),
    ...fields.rules.flatMap((rule, index) =>
      (['source', 'target'] as const).map(
        (end): Reference => ({
          field: 'rules',
          path: `rules.${index}.${end}`,
          kind: 'ENTITY_TYPE',
          to: rule[end],
        }),
      ),
    ),
  ];
}

function direct(field: string, kind: ItemKind, to: string): Reference {
  return { field, path: field, kind, to };
}

/** A copy of the definition with every reference replaced. */
export function mapReferences(definition: Definition, map: (reference: string) => string): Definition {
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

/** Sorts the rules. They are a set, so that another order must not change the hash. */
export function sortRules(rules: readonly Rule[]): Rule[] {
  return [...rules].sort((a, b) => compare(a.source, b.source) || compare(a.target, b.target));
}
