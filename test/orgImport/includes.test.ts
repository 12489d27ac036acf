import { expect, it } from 'vitest';
import { files, issuesOf, read, shown } from './reading.ts';

it('reads nested includes relative to the file that names them', () => {
  const source = files({
    'org.yaml': 'name: Acme\nworkspaces:\n  - !include teams/pm.yaml\n',
    'teams/pm.yaml': 'name: PM\nchildren:\n  - !include ../dev/lead.yaml\n  - !include research.yaml\n',
    'teams/research.yaml': 'name: Research\n',
    'dev/lead.yaml': 'name: Dev Lead\nchildren: !include team/all.yaml\n',
    'dev/team/all.yaml': '- name: Worker 1\n- name: Worker 2\n',
  });
  const [pm] = read(source).workspaces;
  expect(pm?.children.map(({ name }) => name)).toEqual(['Dev Lead', 'Research']);
  expect(pm?.children[0]?.children[1]).toMatchObject({
    name: 'Worker 2',
    place: { file: 'dev/team/all.yaml', line: 2, column: 3, path: 'workspaces[0].children[0].children[1]' },
  });
});

it('names the place of a fault in the file that holds it, and its path in the whole document', () => {
  const source = files({
    'org.yaml': 'name: Acme\nworkspaces:\n  - !include pm.yaml\n',
    'pm.yaml': 'name: PM\nchildren:\n  - name: Dev\n    tier: high\n',
  });
  expect(issuesOf(source)).toEqual([
    {
      file: 'pm.yaml',
      line: 4,
      column: 11,
      path: 'workspaces[0].children[0].tier',
      message: 'must be a whole number from 1 to 9',
    },
  ]);
});

it('reports files that include each other', () => {
  const source = files({
    'org.yaml': 'name: Acme\nworkspaces:\n  - !include a.yaml\n',
    'a.yaml': 'name: A\nchildren:\n  - !include b.yaml\n',
    'b.yaml': 'name: B\nchildren:\n  - !include ./a.yaml\n',
  });
  expect(issuesOf(source)).toMatchObject([
    {
      file: 'b.yaml',
      line: 3,
      message: 'files include each other in a cycle: org.yaml → a.yaml → b.yaml → a.yaml',
    },
  ]);
});

it('follows 16 levels of includes and refuses the 17th', () => {
  const chain = (levels: number) => {
    const contents: Record<string, string> = { 'org.yaml': 'name: Acme\nworkspaces:\n  - !include 1.yaml\n' };
    for (let level = 1; level < levels; level++)
      contents[`${level}.yaml`] = `name: L${level}\nchildren:\n  - !include ${level + 1}.yaml\n`;
    contents[`${levels}.yaml`] = `name: L${levels}\n`;
    return files(contents);
  };
  expect(read(chain(16)).warnings).toEqual([]);
  expect(issuesOf(chain(17))).toMatchObject([
    { file: '16.yaml', line: 3, message: 'includes are nested at most 16 levels deep' },
  ]);
});

it('refuses includes in a document that is sent as text, and missing files', () => {
  const org = 'name: Acme\nworkspaces:\n  - !include pm.yaml\n';
  expect(issuesOf({ yaml: org })).toMatchObject([
    { file: 'org.yaml', line: 3, message: 'a document sent as text cannot include files' },
  ]);
  expect(issuesOf(files({ 'org.yaml': org }))).toMatchObject([
    { line: 3, message: '"pm.yaml" cannot be included: there is no such file' },
  ]);
});

it('reports syntax errors, several documents and faults of other files at once', () => {
  const source = files({
    'org.yaml':
      'name: Acme\nworkspaces:\n  - !include a.yaml\n  - !include b.yaml\n  - { name: C, tier: x }\n',
    'a.yaml': 'name: [A\n',
    'b.yaml': 'name: B\n---\nname: B2\n',
  });
  const issues = issuesOf(source);
  expect(issues.map(({ file, line }) => `${file}:${line}`)).toEqual(['a.yaml:2', 'b.yaml:2', 'org.yaml:5']);
});

it('refuses unknown tags, keys that stand twice and keys that are no text', () => {
  const yaml =
    'name: Acme\nname: Again\nworkspaces:\n  - name: PM\n    plugins: [!ecc, "!x"]\n    ? [a]\n    : b\n';
  expect(shown(issuesOf({ yaml }))).toEqual([
    'org.yaml:2 name the key stands twice; first in line 1',
    expect.stringContaining('org.yaml:5 workspaces[0].plugins[0] this tag is not known'),
    'org.yaml:6 workspaces[0] a key must be text',
  ]);
});

it.each([
  ['a list', '- name: Acme\n'],
  ['text', 'Acme\n'],
  ['nothing', ''],
])('refuses a document that is %s', (_kind, yaml) => {
  expect(issuesOf({ yaml })).toMatchObject([{ line: 1, message: 'must be a mapping of keys to values' }]);
});

it('resolves anchors, aliases and merge keys', () => {
  const yaml = [
    'name: Acme',
    'workspaces:',
    '  - &worker { name: One, tier: 2, canvas: &place { x: 1, y: 2 } }',
    '  - { <<: *worker, name: Two }',
    '  - { name: Three, canvas: *place }',
  ].join('\n');
  expect(read({ yaml }).workspaces).toMatchObject([
    { name: 'One' },
    { name: 'Two', tier: 2, spec: { canvas: { x: 1, y: 2 } } },
    { name: 'Three', spec: { canvas: { x: 1, y: 2 } } },
  ]);
});

it('refuses aliases that multiply to more values than a source may have', () => {
  const lines = ['name: Acme', 'a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
  for (let level = 1; level < 12; level++)
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  const messages = issuesOf({ yaml: lines.join('\n') }).map(({ message }) => message);
  expect(messages).toContain('a source has at most 1000000 values');
});

it('refuses aliases to a long text that multiply to more characters than a source may have', () => {
  const yaml = `name: Acme\ntext: &t ${'x'.repeat(1_000_000)}\nlist: [${Array(100).fill('*t').join(', ')}]\n`;
  expect(issuesOf({ yaml }).map(({ message }) => message)).toContain(
    'a source has at most 67108864 characters',
  );
});

it('refuses an alias inside its own anchor', () => {
  expect(issuesOf({ yaml: 'name: Acme\na: &a [*a]\n' })).toMatchObject([{ file: 'org.yaml', line: 2 }]);
});

it('refuses includes that multiply to more values than a source may have', () => {
  const contents: Record<string, string> = { 'org.yaml': 'name: Acme\nx: !include 1.yaml\n' };
  for (let level = 1; level < 12; level++)
    contents[`${level}.yaml`] = Array(10)
      .fill(`- !include ${level + 1}.yaml`)
      .join('\n');
  contents['12.yaml'] = '1\n';
  expect(issuesOf(files(contents)).map(({ message }) => message)).toContain(
    'a source has at most 1000000 values',
  );
});

it('refuses a prompt file that many workspaces read to more characters than a source may have', () => {
  const workspaces = Array.from(
    { length: 1_000 },
    (_, i) => `  - { name: W${i}, initial_prompt_file: p.md }\n`,
  );
  const source = files({
    'org.yaml': `name: Acme\nworkspaces:\n${workspaces.join('')}`,
    'p.md': 'x'.repeat(99_000),
  });
  expect(issuesOf(source)).toMatchObject([
    { message: 'the workspaces of a source hold at most 67108864 characters together' },
  ]);
});

it.each([
  ['flow lists', '['.repeat(100_000)],
  ['flow mappings', '{a: '.repeat(100_000)],
  ['block lists', '- '.repeat(100_000)],
  ['lists that the parser can follow', '['.repeat(300) + ']'.repeat(300)],
])('refuses %s that are nested too deeply', (_kind, value) => {
  expect(issuesOf({ yaml: `name: Acme\nx:\n  ${value}` })[0]?.message).toMatch(/nested/);
});

it('refuses files that are too large, one by one and together', () => {
  const padding = `# ${'x'.repeat(7_000_000)}\n`;
  const large = files({ 'org.yaml': `name: Acme\nworkspaces: []\n${padding}${padding}` });
  expect(issuesOf(large)[0]?.message).toContain('a file has at most 8388608 bytes');
  const contents: Record<string, string> = {
    'org.yaml': `name: Acme\nworkspaces:\n${[1, 2, 3, 4, 5].map((i) => `  - !include ${i}.yaml\n`).join('')}`,
  };
  for (const i of [1, 2, 3, 4, 5]) contents[`${i}.yaml`] = `name: W${i}\n${padding}`;
  expect(issuesOf(files(contents))).toMatchObject([
    { line: 7, message: expect.stringContaining('33554432 bytes') },
  ]);
});

it('lists at most 500 errors and says how many more there are', () => {
  const yaml = `name: Acme\nworkspaces:\n${'  - name: ""\n'.repeat(700)}`;
  const issues = issuesOf({ yaml });
  expect(issues).toHaveLength(501);
  expect(issues.at(-1)?.message).toBe('200 more errors are not listed');
});
