/** Random organizations, releases and local changes, small enough that slugs, references and edits often meet. */
import fc from 'fast-check';
import { manifestItem, manifestOf } from '../../src/services/template/manifest/buildManifest.ts';
import type { Definition, ItemKind, Manifest } from '../../src/services/template/manifest/item.ts';
import type { LocalRow } from '../../src/services/template/plan/plan.ts';

const VOCABULARY = ['ENTITY_TYPE', 'RELATIONSHIP_TYPE', 'WATCHER', 'CLASSIFIER'] as const;

const SLUGS = ['a', 'b', 'c', 'd', 'e', 'f'];

const kind = fc.constantFrom(...VOCABULARY);

const text = fc.constantFrom('one', 'two', 'three');

/** Numbers that pick a reference out of what there is to refer to. */
const picks = fc.array(fc.nat(20), { minLength: 5, maxLength: 5 });

type Seed = { name: string; content: string; picks: number[] };

const seed: fc.Arbitrary<Seed> = fc.record({ name: text, content: text, picks });

const item = fc.record({ kind, key: fc.nat(3), slug: fc.constantFrom(...SLUGS), seed });

/** A valid release: no slug twice, no reference out of it. */
export const release: fc.Arbitrary<Manifest> = fc
  .tuple(seed, fc.array(item, { maxLength: 10 }))
  .map(([agent, items]) => {
    const bySlug = new Map(items.map((each) => [`${each.kind} ${each.slug}`, each]));
    const distinct = [
      ...new Map([...bySlug.values()].map((each) => [`${each.kind} ${each.key}`, each])).values(),
    ];
    const keys = (of: ItemKind) =>
      distinct.filter((each) => each.kind === of).map((each) => sourceKey(of, each.key));
    return manifestOf([
      manifestItem(
        'AGENT-0',
        definition('AGENT', 'agent', agent, () => []),
      ),
      ...distinct.map((each) =>
        manifestItem(sourceKey(each.kind, each.key), definition(each.kind, each.slug, each.seed, keys)),
      ),
    ]);
  });

const sourceKey = (of: ItemKind, key: number) => `${of}-${key}`;

export type Change =
  | { type: 'create'; kind: ItemKind; slug: string; seed: Seed }
  | { type: 'edit' | 'archive' | 'refer' | 'detach'; row: number }
  | { type: 'rename'; row: number; slug: string }
  | { type: 'rewrite'; row: number; seed: Seed };

export const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('create' as const), kind, slug: fc.constantFrom(...SLUGS), seed }),
    fc.record({ type: fc.constantFrom('edit', 'archive', 'refer', 'detach'), row: fc.nat(40) }),
    fc.record({ type: fc.constant('rename' as const), row: fc.nat(40), slug: fc.constantFrom(...SLUGS) }),
    fc.record({ type: fc.constant('rewrite' as const), row: fc.nat(40), seed }),
  ),
  { maxLength: 6 },
);

/** The fields of a kind, with references to what `keys` offers. */
export function definition(
  of: ItemKind,
  slug: string,
  { name, content, picks }: Seed,
  keys: (of: ItemKind) => readonly string[],
): Definition {
  const common = { name, description: null };
  const pick = (kindOf: ItemKind, at: number): string | null => {
    const offered = [...keys(kindOf), null, null];
    return offered[(picks[at] ?? 0) % offered.length] ?? null;
  };
  switch (of) {
    case 'AGENT':
      return { kind: of, slug, fields: { role: content, description: name, config: {} } };
    case 'ENTITY_TYPE':
      return { kind: of, slug, fields: { ...common, metadataSchema: { title: content } } };
    case 'WATCHER':
      return {
        kind: of,
        slug,
        fields: { ...common, prompt: content, extractionSchema: {}, schedule: null, reactionScript: null },
      };
    case 'CLASSIFIER':
      return {
        kind: of,
        slug,
        fields: { ...common, attributeKey: content, attributeValues: ['x'], watcher: pick('WATCHER', 0) },
      };
    case 'RELATIONSHIP_TYPE': {
      const source = pick('ENTITY_TYPE', 0);
      const target = pick('ENTITY_TYPE', 1);
      const rules = source !== null && target !== null ? [{ source, target }] : [];
      const inverse = pick('RELATIONSHIP_TYPE', 2);
      return {
        kind: of,
        slug,
        fields: { ...common, metadataSchema: null, isSymmetric: false, inverse, rules },
      };
    }
  }
}

export function ownRow(id: string, of: Definition): LocalRow {
  return {
    ...of,
    id,
    archivedAt: null,
    managedBy: null,
    sourceKey: null,
    orphaned: false,
    referenced: false,
  };
}
