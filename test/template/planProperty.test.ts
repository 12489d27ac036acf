import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/services/template/manifest/item.ts';
import { referencesOf } from '../../src/services/template/manifest/reference.ts';
import type { LocalRow, Plan, PlanInput, Resolved } from '../../src/services/template/plan/plan.ts';
import { planInstallation } from '../../src/services/template/plan/planInstallation.ts';
import { applyPlan, type World } from './applyPlan.ts';
import { nextId, withChange } from './localChange.ts';
import { type Change, changes, release } from './organization.ts';

const INSTALLATION = 'installation';
const EMPTY: World = { rows: [], base: new Map(), bindings: [] };

/** A release to reach, and what people do before it is installed or resynced. */
const steps = fc.array(
  fc.record({ changes, release, choices: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }) }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

const inputOf = (world: World, to: Manifest, resolutions: readonly Resolved[] = []): PlanInput => ({
  installationId: INSTALLATION,
  formerInstallationIds: [],
  base: world.rows
    .filter(({ managedBy }) => managedBy === INSTALLATION)
    .flatMap(({ id }) => world.base.get(id) ?? []),
  release: to,
  local: world.rows,
  bindings: world.bindings,
  resolutions,
});

/** Resolves conflicts until there are none, by whichever resolution the choices say. */
function resolved(
  world: World,
  to: Manifest,
  choices: readonly boolean[],
): { plan: Plan; resolutions: Resolved[] } {
  const resolutions = new Map<string, Resolved>();
  for (let round = 0; round < 50; round += 1) {
    const given = [...resolutions.values()];
    const plan = planInstallation(inputOf(world, to, given));
    if (plan.conflicts.length === 0) return { plan, resolutions: given };
    plan.conflicts.forEach(({ kind, slug, resolutions: offered }, index) => {
      const at = choices[(index + round) % choices.length] ? 0 : offered.length - 1;
      resolutions.set(`${kind} ${slug}`, { kind, slug, resolution: offered[at] ?? 'SKIP' });
    });
  }
  throw new Error('The conflicts of a plan can not be resolved.');
}

/** Runs the steps, and hands each of them on with the organization before and after. */
function eachStep(
  all: readonly { changes: Change[]; release: Manifest; choices: boolean[] }[],
  check: (step: {
    before: World;
    after: World;
    plan: Plan;
    release: Manifest;
    resolutions: Resolved[];
  }) => void,
): void {
  all.reduce((world, step) => {
    const before = step.changes.reduce(withChange, world);
    const { plan, resolutions } = resolved(before, step.release, step.choices);
    const after = applyPlan(before, plan, {
      release: step.release.items,
      installationId: INSTALLATION,
      nextId,
      at: new Date(1),
    });
    check({ before, after, plan, release: step.release, resolutions });
    return after;
  }, EMPTY);
}

const holds = (check: Parameters<typeof eachStep>[1]) =>
  fc.assert(
    fc.property(steps, (all) => eachStep(all, check)),
    { numRuns: 200 },
  );

/** A row's values with source keys for references, as the manifest has them. */
function mirrored({ rows, bindings }: World, row: LocalRow): Record<string, unknown> {
  const detached = new Map(bindings.map(({ targetId, sourceKey }) => [targetId, sourceKey]));
  const keyOf = new Map(rows.map(({ id, sourceKey }) => [id, sourceKey ?? detached.get(id) ?? `row:${id}`]));
  const text = JSON.stringify({ slug: row.slug, ...row.fields }, (_name, value) =>
    typeof value === 'string' ? (keyOf.get(value) ?? value) : value,
  );
  return JSON.parse(text);
}

describe('a plan', () => {
  it('names every item of the release and every managed row exactly once', () => {
    holds(({ before, plan, release: to }) => {
      const keys = plan.items.map(({ kind, sourceKey }) => `${kind} ${sourceKey}`);
      expect(new Set(keys).size).toBe(keys.length);
      const managed = before.rows.filter(({ managedBy }) => managedBy === INSTALLATION);
      const expected = new Set(
        [...to.items, ...managed].map(({ kind, sourceKey }) => `${kind} ${sourceKey}`),
      );
      expect(new Set(keys)).toEqual(expected);
      const targets = plan.items.flatMap(({ targetId }) => targetId ?? []);
      expect(new Set(targets).size).toBe(targets.length);
    });
  });

  it('leaves one live row for each slug', () => {
    holds(({ after }) => {
      const slugs = after.rows
        .filter((row) => row.archivedAt === null)
        .map(({ kind, slug }) => `${kind} ${slug}`);
      expect(new Set(slugs).size).toBe(slugs.length);
    });
  });

  it('brings every row that was not changed locally to the release', () => {
    holds(({ before, after, plan, release: to }) => {
      for (const source of to.items) {
        const planned = plan.items.find(
          (each) => each.kind === source.kind && each.sourceKey === source.sourceKey,
        );
        const old = before.rows.find((row) => row.id === planned?.targetId);
        const isUntouched =
          old?.managedBy === INSTALLATION &&
          old.archivedAt === null &&
          JSON.stringify(mirrored(before, old)) === JSON.stringify(valuesOf(before.base.get(old.id)));
        if (!isUntouched || planned?.action === 'SKIP' || planned?.kept.length) continue;
        const row = after.rows.find(({ id }) => id === old.id);
        expect(row && mirrored(after, row)).toEqual(valuesOf(source));
      }
    });
  });

  it('keeps a slug or an item from an unchanged row only where a resolution says so', () => {
    holds(({ before, plan, resolutions }) => {
      for (const each of plan.items) {
        const old = before.rows.find((row) => row.id === each.targetId);
        const base = old && before.base.get(old.id);
        if (!old || !base || old.managedBy !== INSTALLATION || old.archivedAt !== null) continue;
        if (JSON.stringify(mirrored(before, old)) !== JSON.stringify(valuesOf(base))) continue;
        if (each.action === 'SKIP') expect(each.reason).toBe('DEPENDS_ON_SKIPPED');
        if (each.kept.length === 0) continue;
        expect(each.kept.map(({ field }) => field)).toEqual(['slug']);
        expect(resolutions).toContainEqual({ kind: each.kind, slug: each.slug, resolution: 'SKIP' });
      }
    });
  });

  it('never changes a value that was changed locally, unless a resolution adopts the release', () => {
    holds(({ before, after, plan, resolutions }) => {
      for (const old of before.rows) {
        const row = after.rows.find(({ id }) => id === old.id);
        if (!row) throw new Error('A row is gone.');
        if (old.managedBy === null) {
          expect({ slug: row.slug, fields: row.fields }).toEqual({ slug: old.slug, fields: old.fields });
          continue;
        }
        const planned = plan.items.find(({ targetId }) => targetId === old.id);
        const isAdopted = resolutions.some(
          ({ kind, slug, resolution }) =>
            resolution === 'ADOPT' && kind === planned?.kind && slug === planned.slug,
        );
        if (isAdopted) continue;
        const base = valuesOf(before.base.get(old.id));
        const [then, now] = [valuesOf(old), valuesOf(row)];
        for (const [field, value] of Object.entries(mirrored(before, old))) {
          if (JSON.stringify(value) !== JSON.stringify(base[field])) expect(now[field]).toEqual(then[field]);
        }
      }
    });
  });

  it('archives no row that a live row or other data refers to', () => {
    holds(({ before, after, plan }) => {
      const live = after.rows.filter(({ archivedAt }) => archivedAt === null);
      const referred = new Set(live.flatMap((row) => referencesOf(row).map(({ to }) => to)));
      for (const { action, targetId } of plan.items) {
        if (action !== 'ARCHIVE') continue;
        expect(referred.has(targetId ?? '')).toBe(false);
        expect(before.rows.find(({ id }) => id === targetId)?.referenced).toBe(false);
      }
    });
  });

  it('writes references to live rows only', () => {
    holds(({ after, plan }) => {
      const live = new Set(after.rows.filter((row) => row.archivedAt === null).map(({ id }) => id));
      for (const { action, kind, sourceKey, write } of plan.items) {
        const row = after.rows.find((each) => each.kind === kind && each.sourceKey === sourceKey);
        if (action === 'CREATE' && row) for (const { to } of referencesOf(row)) expect(live).toContain(to);
        if (action === 'UPDATE' && row) {
          for (const { to, field } of referencesOf(row)) if (field in write) expect(live).toContain(to);
        }
      }
    });
  });

  it('has nothing left to do once it is applied', () => {
    holds(({ after, release: to }) => {
      const again = planInstallation(inputOf(after, to));
      expect(again.conflicts).toEqual([]);
      const idle = ['UNCHANGED', 'KEEP_LOCAL', 'SKIP', 'ORPHAN'];
      expect(again.items.filter(({ action }) => !idle.includes(action))).toEqual([]);
    });
  });

  it('is the same whatever the order of its input', () => {
    holds(({ before, release: to, resolutions }) => {
      const input = inputOf(before, to, resolutions);
      const reversed: PlanInput = {
        ...input,
        base: input.base.toReversed(),
        local: input.local.toReversed(),
        bindings: input.bindings.toReversed(),
        resolutions: input.resolutions.toReversed(),
        release: { ...to, items: to.items.toReversed() },
      };
      expect(planInstallation(reversed)).toEqual(planInstallation(input));
    });
  });
});

function valuesOf(item: { slug: string; fields: object } | undefined): Record<string, unknown> {
  return item ? { slug: item.slug, ...item.fields } : {};
}
