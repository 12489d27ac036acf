import type { LocalRow } from '../../src/services/template/plan/plan.ts';
import type { World } from './applyPlan.ts';
import { type Change, definition, ownRow } from './organization.ts';

let ids = 0;
export const nextId = () => `row-${++ids}`;

/** The organization after one change, made past the API: what can not be done is not. */
export function withChange(world: World, change: Change): World {
  const { rows, base, bindings } = world;
  const live = rows.filter(({ archivedAt }) => archivedAt === null);
  const liveIds = (kind: string) => live.filter((row) => row.kind === kind).map(({ id }) => id);
  const isFree = (kind: string, slug: string) => !live.some((row) => row.kind === kind && row.slug === slug);
  if (change.type === 'create') {
    if (!isFree(change.kind, change.slug)) return world;
    return {
      rows: [...rows, ownRow(nextId(), definition(change.kind, change.slug, change.seed, liveIds))],
      base,
      bindings,
    };
  }
  const target = live[change.row % Math.max(1, live.length)];
  if (!target) return world;
  const replace = (by: object) => rows.map((row) => (row === target ? ({ ...row, ...by } as LocalRow) : row));
  switch (change.type) {
    case 'edit':
      return {
        rows: replace({
          fields: { ...target.fields, [target.kind === 'AGENT' ? 'role' : 'name']: 'local' },
        }),
        ...{ base, bindings },
      };
    case 'archive':
      return {
        rows: target.kind === 'AGENT' ? rows : replace({ archivedAt: new Date(0) }),
        base,
        bindings,
      };
    case 'refer':
      return { rows: replace({ referenced: !target.referenced }), base, bindings };
    case 'rename':
      if (target.kind === 'AGENT' || !isFree(target.kind, change.slug)) return world;
      return { rows: replace({ slug: change.slug }), base, bindings };
    case 'rewrite':
      return {
        rows: replace({ fields: definition(target.kind, target.slug, change.seed, liveIds).fields }),
        ...{ base, bindings },
      };
    case 'detach': {
      const { kind, sourceKey, id } = target;
      if (sourceKey === null || kind === 'AGENT') return world;
      return {
        rows: replace({ managedBy: null, sourceKey: null, orphaned: false }),
        base,
        // A row serves one item: the last that it was detached from.
        bindings: [...bindings.filter(({ targetId }) => targetId !== id), { kind, sourceKey, targetId: id }],
      };
    }
  }
}
