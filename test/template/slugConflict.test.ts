import { describe, expect, it } from 'vitest';
import { manifestItem, manifestOf } from '../../src/services/template/manifest/buildManifest.ts';
import type { Definition, ManifestItem } from '../../src/services/template/manifest/item.ts';
import type { LocalRow, PlanInput, Resolution } from '../../src/services/template/plan/plan.ts';
import { planInstallation } from '../../src/services/template/plan/planInstallation.ts';

const agent = manifestItem('agent', {
  kind: 'AGENT',
  slug: 'agent',
  fields: { role: 'reviewer', description: null, config: {} },
});

const described = (name: string) => ({ name, description: null });

const type = (slug: string, name = slug): Definition => ({
  kind: 'ENTITY_TYPE',
  slug,
  fields: { ...described(name), metadataSchema: null },
});

const relationship = (
  slug: string,
  rules: { source: string; target: string }[],
  inverse: string | null = null,
) =>
  ({
    kind: 'RELATIONSHIP_TYPE',
    slug,
    fields: { ...described(slug), metadataSchema: null, isSymmetric: false, inverse, rules },
  }) satisfies Definition;

const watcher = (slug: string): Definition => ({
  kind: 'WATCHER',
  slug,
  fields: {
    ...described(slug),
    prompt: 'What broke?',
    extractionSchema: {},
    schedule: null,
    reactionScript: null,
  },
});

const classifier = (slug: string, of: string | null = null): Definition => ({
  kind: 'CLASSIFIER',
  slug,
  fields: { ...described(slug), attributeKey: 'severity', attributeValues: ['low', 'high'], watcher: of },
});

const kinds = [type('x'), relationship('x', []), watcher('x'), classifier('x')];

const users = (of: Definition, more: Partial<LocalRow> = {}): LocalRow =>
  ({
    ...of,
    ...{ id: `${of.kind}-row`, archivedAt: null, managedBy: null, sourceKey: null },
    ...{ orphaned: false, referenced: false },
    ...more,
  }) as LocalRow;

const installed = (of: Definition, sourceKey: string, more: Partial<LocalRow> = {}) =>
  users(of, { id: `row-of-${sourceKey}`, managedBy: 'installation', sourceKey, ...more });

function plan(release: ManifestItem[], local: LocalRow[], more: Partial<PlanInput> = {}) {
  const result = planInstallation({
    installationId: 'installation',
    formerInstallationIds: [],
    base: [],
    release: manifestOf([agent, ...release]),
    local,
    bindings: [],
    resolutions: [],
    ...more,
  });
  return { ...result, items: result.items.filter(({ kind }) => kind !== 'AGENT') };
}

const resolve = (resolution: Resolution, ...of: Definition[]) =>
  of.map(({ kind, slug }) => ({ kind, slug, resolution }));

describe.each(kinds)('a $kind that is not installed yet', (of) => {
  const release = [manifestItem('key', of)];
  const { kind, slug } = of;

  it('is created when its slug is free', () => {
    expect(plan(release, []).items).toMatchObject([{ action: 'CREATE', reason: 'NEW', targetId: null }]);
  });

  it("conflicts with a user's live row, which ADOPT and SKIP settle", () => {
    const row = users({ ...of, fields: { ...of.fields, name: 'Mine' } } as Definition);
    const conflict = { kind, slug, owner: 'USER', installationId: null, rowId: row.id, reason: 'SLUG_TAKEN' };
    expect(plan(release, [row]).conflicts).toEqual([{ ...conflict, resolutions: ['ADOPT', 'SKIP'] }]);

    const adopted = plan(release, [row], { resolutions: resolve('ADOPT', of) });
    expect(adopted.items).toMatchObject([
      { action: 'ADOPT', targetId: row.id, diff: [], write: {}, kept: [{ field: 'name', before: 'Mine' }] },
    ]);
    const skipped = plan(release, [row], { resolutions: resolve('SKIP', of) });
    expect(skipped.items).toMatchObject([{ action: 'SKIP', reason: 'RESOLVED', targetId: null }]);
    expect([...adopted.conflicts, ...skipped.conflicts]).toEqual([]);
  });

  it('conflicts with a live row of another installation, which only SKIP settles', () => {
    const row = users(of, { managedBy: 'other', sourceKey: 'other' });
    for (const resolutions of [[], resolve('ADOPT', of)]) {
      expect(plan(release, [row], { resolutions }).conflicts).toMatchObject([
        { kind, slug, owner: 'TEMPLATE', installationId: 'other', resolutions: ['SKIP'] },
      ]);
    }
    expect(plan(release, [row], { resolutions: resolve('SKIP', of) }).conflicts).toEqual([]);
  });

  it("conflicts with a user's archived row, which ADOPT restores", () => {
    const rows = [
      users(of, { id: 'first', archivedAt: new Date(1) }),
      users(of, { id: 'last', archivedAt: new Date(2) }),
    ];
    expect(plan(release, rows).conflicts).toMatchObject([
      { reason: 'SLUG_ARCHIVED', owner: 'USER', rowId: 'last', resolutions: ['ADOPT', 'SKIP'] },
    ]);
    expect(plan(release, rows, { resolutions: resolve('ADOPT', of) }).items).toMatchObject([
      { action: 'ADOPT', targetId: 'last' },
    ]);
  });

  it('is created beside an archived row of another installation', () => {
    const row = users(of, { managedBy: 'other', sourceKey: 'other', archivedAt: new Date() });
    expect(plan(release, [row]).items).toMatchObject([{ action: 'CREATE' }]);
  });

  it('restores what an uninstalled installation of the template archived', () => {
    const row = users(of, { managedBy: 'former', sourceKey: 'key', archivedAt: new Date() });
    expect(plan(release, [row], { formerInstallationIds: ['former'] }).items).toMatchObject([
      { action: 'RESTORE', reason: 'RETURNED', targetId: row.id },
    ]);
  });

  it('stays left out while a remembered SKIP has a conflict to settle', () => {
    const bindings = [{ kind, sourceKey: 'key', targetId: null }];
    expect(plan(release, [users(of)], { bindings }).items).toMatchObject([{ action: 'SKIP' }]);
    expect(plan(release, [], { bindings }).items).toMatchObject([{ action: 'CREATE' }]);
  });

  it('is left to its detached row until ADOPT binds it again', () => {
    const row = users({ ...of, slug: 'renamed' });
    const input = { bindings: [{ kind, sourceKey: 'key', targetId: row.id }] };
    expect(plan(release, [row], input).items).toMatchObject([
      { action: 'SKIP', reason: 'DETACHED', targetId: row.id },
    ]);
    expect(plan(release, [row], { ...input, resolutions: resolve('ADOPT', of) }).items).toMatchObject([
      { action: 'ADOPT', targetId: row.id, kept: [{ field: 'slug', before: 'renamed', after: 'x' }] },
    ]);
  });
});

describe('a plan', () => {
  it('names all conflicts at once', () => {
    const release = kinds.map((of) => manifestItem(`key-${of.kind}`, of));
    expect(
      plan(
        release,
        kinds.map((of) => users(of)),
      ).conflicts,
    ).toHaveLength(4);
  });

  it('lets two items exchange their slugs', () => {
    const base = [manifestItem('a', type('a')), manifestItem('b', type('b'))];
    const result = plan(
      [manifestItem('a', type('b', 'a')), manifestItem('b', type('a', 'b'))],
      [installed(type('a'), 'a'), installed(type('b'), 'b')],
      { base },
    );
    expect(result.items).toMatchObject([
      { slug: 'a', action: 'UPDATE', write: { slug: 'a' } },
      { slug: 'b', action: 'UPDATE', write: { slug: 'b' } },
    ]);
  });

  it('reports that a refused rename takes the slug from the item that counted on it', () => {
    const result = plan(
      [manifestItem('a', type('b')), manifestItem('new', type('a'))],
      [installed(type('a'), 'a'), users(type('b'))],
      { base: [manifestItem('a', type('a'))] },
    );
    expect(result.conflicts).toMatchObject([
      {
        slug: 'a',
        owner: 'TEMPLATE',
        installationId: 'installation',
        rowId: 'row-of-a',
        resolutions: ['SKIP'],
      },
      { slug: 'b', owner: 'USER', resolutions: ['SKIP'] },
    ]);
  });

  it('frees the slug of a row that it archives, and not that of an orphan', () => {
    const release = [manifestItem('new', type('a'))];
    const base = [manifestItem('old', type('a'))];
    const archived = plan(release, [installed(type('a'), 'old')], { base });
    expect(archived.items.map(({ action }) => action)).toEqual(['CREATE', 'ARCHIVE']);
    const orphaned = plan(release, [installed(type('a'), 'old', { referenced: true })], { base });
    expect(orphaned.items.map(({ action }) => action)).toEqual(['CONFLICT', 'ORPHAN']);
  });

  it('orphans a row that a row of a user refers to', () => {
    const row = installed(type('a'), 'a');
    const rule = { source: row.id, target: row.id };
    const result = plan([], [row, users(relationship('mine', [rule]))], {
      base: [manifestItem('a', type('a'))],
    });
    expect(result.items).toMatchObject([{ action: 'ORPHAN', reason: 'REFERENCED' }]);
  });

  it('archives rows that leave the release together, though they refer to each other', () => {
    const row = installed(type('a'), 'a');
    const rules = [{ source: row.id, target: row.id }];
    const keyed = [{ source: 'a', target: 'a' }];
    const result = plan([], [row, installed(relationship('r', rules, 'row-of-r'), 'r')], {
      base: [manifestItem('a', type('a')), manifestItem('r', relationship('r', keyed, 'r'))],
    });
    expect(result.items.map(({ action }) => action)).toEqual(['ARCHIVE', 'ARCHIVE']);
  });

  it('skips what refers to a skipped item, however indirectly', () => {
    const release = [
      manifestItem('t', type('t')),
      manifestItem('r', relationship('r', [{ source: 't', target: 't' }])),
      manifestItem('s', relationship('s', [], 'r')),
      manifestItem('w', watcher('w')),
      manifestItem('c', classifier('c', 'w')),
    ];
    const taken = [users(type('t')), users(watcher('w'))];
    const result = plan(release, taken, { resolutions: resolve('SKIP', ...taken) });
    expect(result.items.map(({ slug, action, reason }) => [slug, action, reason])).toEqual([
      ['t', 'SKIP', 'RESOLVED'],
      ['r', 'SKIP', 'DEPENDS_ON_SKIPPED'],
      ['s', 'SKIP', 'DEPENDS_ON_SKIPPED'],
      ['w', 'SKIP', 'RESOLVED'],
      ['c', 'SKIP', 'DEPENDS_ON_SKIPPED'],
    ]);
  });

  it('compares references by what they stand for, and shows them as slugs', () => {
    const local = [
      installed(type('a'), 'a'),
      installed(type('b'), 'b'),
      installed(relationship('r', [{ source: 'row-of-a', target: 'row-of-a' }]), 'r'),
    ];
    const mirrored = [manifestItem('a', type('a')), manifestItem('b', type('b'))];
    const before = manifestItem('r', relationship('r', [{ source: 'a', target: 'a' }]));
    const after = manifestItem('r', relationship('r', [{ source: 'a', target: 'b' }]));
    const base = [...mirrored, before];
    expect(plan(base, local, { base }).items.map(({ action }) => action)).toEqual(Array(3).fill('UNCHANGED'));
    expect(plan([...mirrored, after], local, { base }).items[2]).toMatchObject({
      action: 'UPDATE',
      diff: [{ before: [{ source: 'a', target: 'a' }], after: [{ source: 'a', target: 'b' }] }],
      write: { rules: [{ source: 'a', target: 'b' }] },
    });
  });

  it('has another hash when an item, a value or a resolution changes, and only then', () => {
    const hash = (name: string, resolutions = resolve('SKIP')) =>
      plan([manifestItem('a', type('a', name))], [], { resolutions }).hash;
    expect(hash('one')).toBe(hash('one'));
    expect(hash('one')).not.toBe(hash('two'));
    expect(hash('one')).not.toBe(hash('one', resolve('SKIP', type('a'))));
  });
});
