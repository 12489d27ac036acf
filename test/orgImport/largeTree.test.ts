import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidOrgSourceError } from '../../src/errors/errors.ts';
import type { DocumentWorkspace, OrgDocument } from '../../src/services/orgImport/document/document.ts';
import { requirementsOf } from '../../src/services/orgImport/document/requirements.ts';
import { planOrgImport } from '../../src/services/orgImport/plan/planOrgImport.ts';
import { readOrgSource } from '../../src/services/orgImport/readOrgSource.ts';
import { writeOrgDocument } from '../../src/services/orgImport/writeOrgDocument.ts';
import { developmentTeam } from './developmentTeam.ts';
import { applied } from './liveRows.ts';

function everyWorkspace(workspaces: DocumentWorkspace[]): DocumentWorkspace[] {
  return workspaces.flatMap((each) => [each, ...everyWorkspace(each.children)]);
}

describe('a team of 42 workspaces in 43 files', () => {
  let root: string;
  let document: OrgDocument;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'org-'));
    for (const [path, content] of Object.entries(developmentTeam())) {
      mkdirSync(dirname(join(root, 'team', path)), { recursive: true });
      writeFileSync(join(root, 'team', path), content);
    }
    document = await readOrgSource({ directory: 'team' }, { root });
  });

  afterAll(() => rmSync(root, { recursive: true }));

  it('is read whole', () => {
    const all = everyWorkspace(document.workspaces);
    const levels = [document.workspaces];
    for (let level = levels[0]; level?.length; level = level.flatMap(({ children }) => children))
      if (level !== levels[0]) levels.push(level);
    expect(levels.map((level) => level.length)).toEqual([2, 11, 11, 18]);
    expect(new Set(all.map(({ name }) => name)).size).toBe(41);
    expect(all.flatMap(({ schedules }) => schedules)).toHaveLength(44);
    expect(all.flatMap(({ channels }) => channels)).toHaveLength(8);
    expect(all.filter(({ role }) => (role?.length ?? 0) > 2_000)).toHaveLength(1);
    expect(all.every(({ spec }) => spec.idle_prompt && spec.system_prompt)).toBe(true);
    expect(requirementsOf(document)).toEqual([
      { anyOf: ['CLAUDE_CODE_OAUTH_TOKEN'], level: 'REQUIRED', workspacePaths: [[]] },
    ]);
  });

  it('has warnings only, each with the file that holds the key', () => {
    expect(document.warnings).toHaveLength(18);
    for (const { file, line, path, message } of document.warnings) {
      expect(file).toMatch(/^team\/roles\/.*\/workspace.yaml$/);
      expect(line).toBe(3);
      expect(path).toMatch(/\.parent$/);
      expect(message).toBe('nothing reads the key "parent"');
    }
  });

  it('is imported once, and read back from its own export without drift', async () => {
    const plan = planOrgImport(document, [], 'MERGE');
    expect(plan.counts.created).toBe(42);
    expect(plan.items.every(({ duplicateOf }) => duplicateOf === null)).toBe(true);
    const rows = applied(plan, [], document.name);
    expect(planOrgImport(document, rows, 'RECONCILE').counts).toMatchObject({ skipped: 42, removed: 0 });
    const yaml = writeOrgDocument({ name: document.name, spec: document.spec, workspaces: rows });
    const again = await readOrgSource({ yaml }, { root: null });
    expect(planOrgImport(again, rows, 'RECONCILE').counts).toMatchObject({ skipped: 42, updated: 0 });
  });
});

describe('a document of 10,000 workspaces', () => {
  const node = (name: string, indent: string) =>
    `${indent}- name: ${name}\n${indent}  role: Works.\n${indent}  schedules: [{ name: S, cron_expr: 0 * * * *, prompt: Go. }]\n`;
  const teams = Array.from({ length: 100 }, (_, team) => {
    const members = Array.from({ length: 99 }, (_, member) => node(`Member ${team}.${member}`, '      '));
    return `${node(`Team ${team}`, '  ')}    children:\n${members.join('')}`;
  });
  const yaml = `name: Acme\ndefaults: { initial_prompt: ${'x'.repeat(2_000)} }\nworkspaces:\n${teams.join('')}`;

  it('is read while the process goes on with its other work, and planned', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const document = await readOrgSource({ yaml }, { root: null });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    const plan = planOrgImport(document, [], 'MERGE');
    expect(plan.counts.created).toBe(10_000);
    const rows = applied10k(plan.items, document);
    expect(planOrgImport(document, rows, 'RECONCILE').counts).toMatchObject({ skipped: 10_000, updated: 0 });
  });
});

it('reports the problems of a source that another thread reads', async () => {
  const reading = readOrgSource({ yaml: 'name: Acme\nworkspaces: [{ name: "" }]\n' }, { root: null });
  await expect(reading).rejects.toThrow(InvalidOrgSourceError);
  await expect(reading).rejects.toMatchObject({
    issues: [{ file: 'org.yaml', line: 2, path: 'workspaces[0].name' }],
  });
});

it('reads as many sources at once as are asked for, each with its own outcome', async () => {
  const readings = Array.from({ length: 6 }, (_, i) =>
    readOrgSource(
      { yaml: `name: Org ${i}\nworkspaces: [{ name: PM, tier: ${i % 2 ? 2 : 0} }]\n` },
      { root: null },
    ),
  );
  const outcomes = await Promise.allSettled(readings);
  expect(outcomes.map(({ status }) => status)).toEqual(
    Array.from({ length: 6 }, (_, i) => (i % 2 ? 'fulfilled' : 'rejected')),
  );
});

/** The rows that a plan creates, without the step-by-step checks that would take quadratic time here. */
function applied10k(items: ReturnType<typeof planOrgImport>['items'], { name: importDocument }: OrgDocument) {
  return items.flatMap(({ node, parent }, index) => {
    if (!node) return [];
    const { name, role, runtime, tier, model, plugins, spec } = node;
    const schedules = node.schedules.map((each) => ({ ...each, source: 'TEMPLATE' as const }));
    const parentId = parent === null ? null : `row-${parent}`;
    const fields = { name, role, runtime, tier, model, plugins, spec, schedules, channels: [] };
    return [{ ...fields, id: `row-${index}`, parentId, importDocument }];
  });
}
