import { describe, expect, it } from 'vitest';
import { manifestItem, manifestOf } from '../../src/services/template/manifest/buildManifest.ts';
import type { Definition } from '../../src/services/template/manifest/item.ts';
import type { LocalRow, PlanItem, Resolution } from '../../src/services/template/plan/plan.ts';
import { planInstallation } from '../../src/services/template/plan/planInstallation.ts';

const agent = manifestItem('agent', {
  kind: 'AGENT',
  slug: 'agent',
  fields: { role: 'reviewer', description: null, config: {} },
});

const issue = (values: { slug?: string; name?: string; description?: string }): Definition => ({
  kind: 'ENTITY_TYPE',
  slug: values.slug ?? 'issue',
  fields: { name: values.name ?? 'Issue', description: values.description ?? null, metadataSchema: null },
});

type Side = Parameters<typeof issue>[0] | 'absent';

type Case = {
  release: Side;
  row: Side;
  expected: Pick<PlanItem, 'action' | 'reason'> & { diff?: string[]; kept?: string[] };
  orphaned?: boolean;
  referenced?: boolean;
  resolution?: Resolution;
};

/** Plans one entity type that was mirrored as { slug: issue, name: Issue }. */
function planned({ release, row, orphaned = false, referenced = false, resolution }: Case) {
  const item = release === 'absent' ? [] : [manifestItem('issue', issue(release))];
  const local: LocalRow = {
    ...issue(row === 'absent' ? {} : row),
    ...{ id: 'row', managedBy: 'installation', sourceKey: 'issue', orphaned, referenced },
    archivedAt: row === 'absent' ? new Date() : null,
  };
  const slug = release === 'absent' ? local.slug : (release.slug ?? 'issue');
  const plan = planInstallation({
    installationId: 'installation',
    formerInstallationIds: [],
    base: [manifestItem('issue', issue({}))],
    release: manifestOf([agent, ...item]),
    local: [local],
    bindings: [],
    resolutions: resolution ? [{ kind: 'ENTITY_TYPE', slug, resolution }] : [],
  });
  return { plan, item: plan.items.find(({ kind }) => kind === 'ENTITY_TYPE') };
}

const fields = (diff: readonly { field: string }[] = []) => diff.map(({ field }) => field);

const SAME: Side = {};
const CHANGED: Side = { name: 'Ticket' };

const table: [title: string, each: Case][] = [
  ['neither changed', { release: SAME, row: SAME, expected: { action: 'UNCHANGED', reason: 'SAME' } }],
  [
    'only the row changed',
    {
      release: SAME,
      row: CHANGED,
      expected: { action: 'KEEP_LOCAL', reason: 'LOCAL_CHANGED', kept: ['name'] },
    },
  ],
  [
    'only the row was archived',
    { release: SAME, row: 'absent', expected: { action: 'KEEP_LOCAL', reason: 'LOCAL_ARCHIVED' } },
  ],
  [
    'only the release changed',
    {
      release: CHANGED,
      row: SAME,
      expected: { action: 'UPDATE', reason: 'RELEASE_CHANGED', diff: ['name'] },
    },
  ],
  [
    'both changed one field to different values',
    {
      release: CHANGED,
      row: { name: 'Bug' },
      expected: { action: 'CONFLICT', reason: 'BOTH_CHANGED', diff: ['name'] },
    },
  ],
  [
    'the release changed and the row was archived',
    {
      release: CHANGED,
      row: 'absent',
      expected: { action: 'CONFLICT', reason: 'CHANGED_AND_ARCHIVED', diff: ['name'] },
    },
  ],
  [
    'the item left the release',
    { release: 'absent', row: SAME, expected: { action: 'ARCHIVE', reason: 'LEFT_RELEASE' } },
  ],
  [
    'the item left the release and the row changed',
    { release: 'absent', row: CHANGED, expected: { action: 'CONFLICT', reason: 'REMOVED_AND_CHANGED' } },
  ],
  [
    'the item left the release and the row was archived',
    { release: 'absent', row: 'absent', expected: { action: 'UNCHANGED', reason: 'ARCHIVED_ALREADY' } },
  ],
];

const refinements: [title: string, each: Case][] = [
  [
    'both changed one field to one value',
    { release: CHANGED, row: CHANGED, expected: { action: 'UNCHANGED', reason: 'SAME' } },
  ],
  [
    'both changed, in different fields',
    {
      release: { description: 'Work to do' },
      row: CHANGED,
      expected: { action: 'UPDATE', reason: 'MERGED', diff: ['description'], kept: ['name'] },
    },
  ],
  [
    'the release renamed the slug',
    {
      release: { slug: 'ticket' },
      row: SAME,
      expected: { action: 'UPDATE', reason: 'RELEASE_CHANGED', diff: ['slug'] },
    },
  ],
  [
    'both changed one field, and ADOPT chooses the release',
    {
      release: CHANGED,
      row: { name: 'Bug' },
      resolution: 'ADOPT',
      expected: { action: 'UPDATE', reason: 'RELEASE_CHOSEN', diff: ['name'] },
    },
  ],
  [
    'both changed one field, and SKIP keeps the row',
    {
      release: { ...CHANGED, description: 'Work to do' },
      row: { name: 'Bug' },
      resolution: 'SKIP',
      expected: { action: 'UPDATE', reason: 'MERGED', diff: ['description'], kept: ['name'] },
    },
  ],
  [
    'the release changed, the row was archived, and ADOPT chooses the release',
    {
      release: CHANGED,
      row: 'absent',
      resolution: 'ADOPT',
      expected: { action: 'RESTORE', reason: 'RELEASE_CHOSEN', diff: ['name'] },
    },
  ],
  [
    'the release changed, the row was archived, and SKIP keeps it so',
    {
      release: CHANGED,
      row: 'absent',
      resolution: 'SKIP',
      expected: { action: 'KEEP_LOCAL', reason: 'LOCAL_ARCHIVED' },
    },
  ],
  [
    'the item that the installation had archived returns',
    { release: SAME, row: 'absent', orphaned: true, expected: { action: 'RESTORE', reason: 'RETURNED' } },
  ],
  [
    'the item left the release and data refers to the row',
    { release: 'absent', row: SAME, referenced: true, expected: { action: 'ORPHAN', reason: 'REFERENCED' } },
  ],
  [
    'the item left the release, the row changed, and data refers to it',
    {
      release: 'absent',
      row: CHANGED,
      referenced: true,
      expected: { action: 'ORPHAN', reason: 'REFERENCED' },
    },
  ],
  [
    'the item left the release, the row changed, and ADOPT chooses the release',
    {
      release: 'absent',
      row: CHANGED,
      resolution: 'ADOPT',
      expected: { action: 'ARCHIVE', reason: 'RELEASE_CHOSEN' },
    },
  ],
  [
    'the item left the release, the row changed, and SKIP keeps it',
    {
      release: 'absent',
      row: CHANGED,
      resolution: 'SKIP',
      expected: { action: 'ORPHAN', reason: 'LOCAL_CHANGED' },
    },
  ],
  [
    'a changed row was kept as an orphan before',
    {
      release: 'absent',
      row: CHANGED,
      orphaned: true,
      expected: { action: 'ORPHAN', reason: 'LOCAL_CHANGED' },
    },
  ],
  [
    'nothing refers to an unchanged orphan any more',
    { release: 'absent', row: SAME, orphaned: true, expected: { action: 'ARCHIVE', reason: 'LEFT_RELEASE' } },
  ],
];

describe('the three-way comparison of an item', () => {
  it.each(table)('has one answer when %s', (_title, each) => {
    const { plan, item } = planned(each);
    const { action, reason, diff = [], kept = [] } = each.expected;
    expect(item).toMatchObject({ action, reason });
    expect([fields(item?.diff), fields(item?.kept)]).toEqual([diff, kept]);
    const conflict = { kind: 'ENTITY_TYPE', reason, owner: 'TEMPLATE', installationId: 'installation' };
    expect(plan.conflicts).toMatchObject(
      action === 'CONFLICT' ? [{ ...conflict, resolutions: ['ADOPT', 'SKIP'] }] : [],
    );
  });

  it.each(refinements)('has one answer when %s', (_title, each) => {
    const { plan, item } = planned(each);
    const { action, reason, diff = [], kept = [] } = each.expected;
    expect(item).toMatchObject({ action, reason });
    expect([fields(item?.diff), fields(item?.kept)]).toEqual([diff, kept]);
    expect(plan.conflicts).toEqual([]);
  });

  it('writes what it shows as the difference, and nothing in a conflict', () => {
    const update = planned({
      release: CHANGED,
      row: SAME,
      expected: { action: 'UPDATE', reason: 'SAME' },
    }).item;
    expect(update).toMatchObject({
      diff: [{ field: 'name', before: 'Issue', after: 'Ticket' }],
      write: { name: 'Ticket' },
      targetId: 'row',
    });
    const conflict = planned({
      release: CHANGED,
      row: { name: 'Bug' },
      expected: { action: 'UPDATE', reason: 'SAME' },
    });
    expect(conflict.item?.write).toEqual({});
  });

  it('merges the content of a version as one unit', () => {
    const watcher = (values: { prompt?: string; schedule?: string }): Definition => ({
      kind: 'WATCHER',
      slug: 'triage',
      fields: {
        ...{ name: 'Triage', description: null, extractionSchema: {}, reactionScript: null },
        prompt: values.prompt ?? 'What broke?',
        schedule: values.schedule ?? null,
      },
    });
    const plan = planInstallation({
      installationId: 'installation',
      formerInstallationIds: [],
      base: [manifestItem('triage', watcher({}))],
      release: manifestOf([agent, manifestItem('triage', watcher({ prompt: 'What is broken?' }))]),
      local: [
        {
          ...watcher({ schedule: '0 9 * * *' }),
          ...{ id: 'row', managedBy: 'installation', sourceKey: 'triage' },
          ...{ archivedAt: null, orphaned: false, referenced: false },
        },
      ],
      bindings: [],
      resolutions: [],
    });
    expect(plan.conflicts).toMatchObject([{ kind: 'WATCHER', slug: 'triage', reason: 'BOTH_CHANGED' }]);
    expect(fields(plan.items[1]?.diff)).toEqual(['prompt', 'schedule']);
  });
});
