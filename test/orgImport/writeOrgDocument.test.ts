import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requirementsOf } from '../../src/services/orgImport/document/requirements.ts';
import type { LiveWorkspace } from '../../src/services/orgImport/plan/plan.ts';
import { planOrgImport } from '../../src/services/orgImport/plan/planOrgImport.ts';
import { writeOrgDocument } from '../../src/services/orgImport/writeOrgDocument.ts';
import { applied, row } from './liveRows.ts';
import { files, read } from './reading.ts';

it('writes siblings by name and keys in one order, whatever the order of rows', () => {
  const pm = row('PM', null, {
    role: 'Plans.\nLeads.',
    plugins: ['b', 'a'],
    spec: { url: 'x', canvas: { x: 1 } },
  });
  const rows = [row('Zoe', pm), pm, row('Ann', pm, { model: 'opus' }), row('Aide', null)];
  const yaml = writeOrgDocument({ name: 'Acme', workspaces: rows });
  expect(yaml).toBe(`name: Acme
workspaces:
  - name: Aide
    runtime: langgraph
    tier: 3
  - name: PM
    role: |-
      Plans.
      Leads.
    runtime: langgraph
    tier: 3
    plugins:
      - b
      - a
    canvas:
      x: 1
    url: x
    children:
      - name: Ann
        runtime: langgraph
        tier: 3
        model: opus
      - name: Zoe
        runtime: langgraph
        tier: 3
`);
  expect(writeOrgDocument({ name: 'Acme', workspaces: [...rows].reverse() })).toBe(yaml);
});

it('writes a subtree with the row at its top as a root', () => {
  const pm = row('PM', null);
  const dev = row('Dev', pm);
  const yaml = writeOrgDocument({ name: 'Part', workspaces: [dev, row('QA', dev)] });
  expect(read({ yaml }).workspaces).toMatchObject([{ name: 'Dev', children: [{ name: 'QA' }] }]);
});

it('is read back as the tree that it was, with defaults, files, includes and requirements resolved', () => {
  const document = read(
    files({
      'org.yaml': `
name: Acme
description: All.
required_env: [A_KEY]
defaults: { plugins: [one, two], initial_prompt_file: start.md, idle_prompt: Rest., required_env: [B_KEY], tier: 4 }
workspaces: [!include pm.yaml]
`,
      'start.md': 'Begin.\n\n  Then go on.\n',
      'pm.yaml': `
name: PM
parent: nobody
role: |
  Plans.
  Leads.
plugins: ["!one"]
required_env: [{ any_of: [C_KEY, D_KEY] }]
channels: [{ type: slack, config: { n: 5 }, allowed_users: [7] }]
children: [{ name: Dev, schedules: [{ name: S, cron_expr: 0 9 * * 1, prompt_file: missing.md }] }]
`,
    }),
  );
  const rows = applied(planOrgImport(document, [], 'MERGE'), [], document.name);
  const again = read({ yaml: writeOrgDocument({ name: 'Acme', spec: document.spec, workspaces: rows }) });
  const plan = planOrgImport(again, rows, 'RECONCILE');
  expect(plan.items.map(({ action, drift }) => ({ action, drift }))).toEqual([
    { action: 'SKIPPED', drift: [] },
    { action: 'SKIPPED', drift: [] },
  ]);
  expect(again.spec.description).toBe('All.');
  expect(requirementsOf(again)).toEqual(requirementsOf(document));
});

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\t',
      '\r',
      ':',
      '#',
      '-',
      '"',
      "'",
      '\\',
      '|',
      '>',
      '{',
      '!',
      '\u0007',
      '\u2028',
      '\ufeff',
      '\u0085',
      '🚀',
    ),
    maxLength: 30,
  }),
  fc.constantFrom(
    'true',
    'null',
    '~',
    '1e3',
    '0x1f',
    '.inf',
    '---',
    '...',
    '<<',
    '=',
    '2001-01-01',
    '-',
    '? a',
    '__proto__',
  ),
);
const stored = text.filter((each) => !each.includes('\0') && each.isWellFormed());
const prompt = stored.map((each) => each.replace(/[^\P{Cc}\n\t\r]/gu, ''));
const json = fc.jsonValue({ noUnicodeString: false, maxDepth: 3 }).filter((each) => {
  const spelled = JSON.stringify(each);
  return !spelled.includes('\\u0000') && !spelled.includes('\\ud') && !spelled.includes('-0');
});

const spec = fc
  .record({
    system_prompt: prompt,
    initial_prompt: prompt,
    canvas: fc.record({
      x: fc.integer({ min: -1000, max: 1000 }),
      y: fc.double({ min: -9, max: 9, noNaN: true }),
    }),
    max_concurrent_tasks: fc.integer({ min: 1, max: 9 }),
    anything: json,
    '<<': json,
  })
  .map((drawn) =>
    Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== '' && value !== null)),
  )
  .map((drawn) => JSON.parse(JSON.stringify(drawn)));

it('is read back without drift whatever the texts and values are', () => {
  const rows: fc.Arbitrary<LiveWorkspace[]> = fc
    .record({
      role: stored,
      prompt,
      spec,
      names: fc.uniqueArray(fc.constantFrom('A', '+ B', '& C', '- D', 'null', '12', '#x'), { minLength: 1 }),
    })
    .map(({ role, prompt, spec, names }) => {
      const root = row(names[0] ?? 'A', null, { role: role.trim() || null, spec });
      const schedules = [
        {
          name: 'S',
          cronExpr: '*/5 * * * *',
          timezone: 'UTC',
          prompt,
          enabled: prompt.trim() !== '',
          source: 'TEMPLATE' as const,
        },
      ];
      return [root, ...names.slice(1).map((name) => row(name, root, { schedules }))];
    });
  fc.assert(
    fc.property(rows, (tree) => {
      const document = read({ yaml: writeOrgDocument({ name: 'Acme', workspaces: tree }) });
      const plan = planOrgImport(document, tree, 'RECONCILE');
      for (const item of plan.items) expect(item).toMatchObject({ action: 'SKIPPED', drift: [] });
    }),
    { numRuns: 300 },
  );
});
