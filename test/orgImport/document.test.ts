// biome-ignore-all lint/suspicious/noTemplateCurlyInString: an org file writes its variables this way
import { describe, expect, it } from 'vitest';
import { files, issuesOf, read, shown, workspaceWith } from './reading.ts';

it('reads every key of a workspace', () => {
  const [pm] = read(
    workspaceWith(
      'role: >',
      '  Plans the work.',
      '  Talks to users.',
      'runtime: claude-code',
      'tier: 4',
      'model: opus',
      'plugins: [ecc, superpowers]',
      'template: base/pm',
      'workspace_dir: /srv/pm',
      'workspace_access: read_write',
      'system_prompt: You plan.',
      'idle_prompt: Look around.',
      'category_routing: { docs: [Writer], bugs: [Dev, QA] }',
      'initial_memories: [{ content: We ship weekly. }]',
      'max_concurrent_tasks: 0',
      'canvas: { x: 400, y: 50.5 }',
      'schedules: [{ name: Pulse, cron_expr: "*/5 * * * 1-5", timezone: Europe/Berlin, prompt: Check., enabled: false }]',
      'channels: [{ type: telegram, config: { bot_token: "${BOT}", chat_id: -100123 }, allowed_users: [42, ann] }]',
    ),
  ).workspaces;
  expect(pm).toEqual({
    name: 'PM',
    role: 'Plans the work. Talks to users.',
    runtime: 'claude-code',
    tier: 4,
    model: 'opus',
    plugins: ['ecc', 'superpowers'],
    schedules: [
      {
        name: 'Pulse',
        cronExpr: '*/5 * * * 1-5',
        timezone: 'Europe/Berlin',
        prompt: 'Check.',
        enabled: false,
      },
    ],
    channels: [
      {
        type: 'telegram',
        config: { bot_token: '${BOT}', chat_id: -100123 },
        allowedUsers: ['42', 'ann'],
        enabled: true,
      },
    ],
    spec: {
      template: 'base/pm',
      workspace_dir: '/srv/pm',
      workspace_access: 'read_write',
      system_prompt: 'You plan.',
      idle_prompt: 'Look around.',
      idle_interval_seconds: 600,
      category_routing: { bugs: ['Dev', 'QA'], docs: ['Writer'] },
      initial_memories: [{ content: 'We ship weekly.', scope: 'LOCAL' }],
      max_concurrent_tasks: 1,
      canvas: { x: 400, y: 50.5 },
    },
    spawning: true,
    place: { file: 'org.yaml', line: 3, column: 5, path: 'workspaces[0]' },
    children: [],
  });
});

it('gives a workspace that says nothing the built-in defaults', () => {
  expect(read({ yaml: 'name: Acme\nworkspaces: [{ name: PM }]\n' }).workspaces[0]).toMatchObject({
    role: null,
    runtime: 'langgraph',
    tier: 3,
    model: null,
    plugins: [],
    spec: {},
  });
});

it('merges defaults into each workspace, key by key', () => {
  const document = read({
    yaml: `
name: Acme
defaults:
  runtime: codex
  tier: 2
  model: small
  plugins: [a, b, c]
  initial_prompt: Begin.
  idle_prompt: Rest.
  idle_interval_seconds: 60
  category_routing: { docs: [Writer], bugs: [Dev] }
  initial_memories: [{ content: Shared., scope: TEAM }]
workspaces:
  - name: PM
  - name: Dev
    runtime: hermes
    plugins: ["!b", -c, d, a]
    initial_prompt: Build.
    idle_prompt: ""
    category_routing: { docs: [], qa: [QA] }
    initial_memories: []
`,
  });
  expect(document.workspaces).toMatchObject([
    { runtime: 'codex', tier: 2, model: 'small', plugins: ['a', 'b', 'c'] },
    { runtime: 'hermes', tier: 2, model: 'small', plugins: ['a', 'd'] },
  ]);
  expect(document.workspaces.map(({ spec }) => spec)).toEqual([
    {
      initial_prompt: 'Begin.',
      idle_prompt: 'Rest.',
      idle_interval_seconds: 60,
      category_routing: { bugs: ['Dev'], docs: ['Writer'] },
      initial_memories: [{ content: 'Shared.', scope: 'TEAM' }],
    },
    {
      initial_prompt: 'Build.',
      idle_prompt: 'Rest.',
      idle_interval_seconds: 60,
      category_routing: { bugs: ['Dev'], qa: ['QA'] },
    },
  ]);
});

it('reads prompts from files: inline before file, the workspace before the defaults', () => {
  const document = read(
    files({
      'acme/org.yaml': `
name: Acme
defaults: { initial_prompt_file: start.md, idle_prompt_file: idle.md }
workspaces:
  - { name: One }
  - { name: Two, files_dir: two, initial_prompt_file: start.md }
  - { name: Three, files_dir: two, initial_prompt: Inline., initial_prompt_file: start.md }
  - { name: Four, files_dir: two, system_prompt: Inline., schedules: [{ name: S, cron_expr: 0 * * * *, prompt_file: s.md }] }
`,
      'acme/start.md': 'Start of all.\n',
      'acme/idle.md': 'Idle of all.\n',
      'acme/two/start.md': 'Start of two.\n',
      'acme/two/s.md': 'Every hour.\n',
      'acme/two/system-prompt.md': 'System of two.\n',
    }),
  );
  const idle = { idle_prompt: 'Idle of all.\n', idle_interval_seconds: 600 };
  const two = {
    files_dir: 'two',
    initial_prompt_file: 'start.md',
    system_prompt: 'System of two.\n',
    ...idle,
  };
  expect(document.workspaces.map(({ spec }) => spec)).toEqual([
    { initial_prompt: 'Start of all.\n', ...idle },
    { ...two, initial_prompt: 'Start of two.\n' },
    { ...two, initial_prompt: 'Inline.' },
    { files_dir: 'two', system_prompt: 'Inline.', initial_prompt: 'Start of all.\n', ...idle },
  ]);
  expect(document.workspaces[3]?.schedules[0]?.prompt).toBe('Every hour.\n');
  expect(document.warnings).toEqual([]);
});

it('keeps what it does not read: unknown keys with their values, and the organization level', () => {
  const document = read({
    yaml: `
name: Acme
description: All of it.
colour: { red: [1, 2.5, null, 12345678901234567890] }
global_memories: [{ content: Be kind. }]
template_schema_version: 1
workspaces: [{ name: PM, parent: ceo }]
`,
  });
  expect(document.spec).toEqual({
    description: 'All of it.',
    colour: { red: [1, 2.5, null, '12345678901234567890'] },
    global_memories: [{ content: 'Be kind.' }],
    template_schema_version: 1,
  });
  expect(document.workspaces[0]?.spec).toEqual({ parent: 'ceo' });
  expect(shown(document.warnings)).toEqual([
    'org.yaml:4 colour nothing reads the key "colour"',
    'org.yaml:7 workspaces[0].parent nothing reads the key "parent"',
  ]);
});

it('warns of what it can do without: mistyped keys, missing folders and files, needless entries', () => {
  const document = read(
    files({
      'org.yaml': `
name: Acme
template_schema_version: 2
workspaces:
  - name: PM
    childern: []
    files_dir: pm
    initial_prompt_file: start.md
    plugins: ["!none"]
    url: https://example.com
    required_env: [{ any_of: [GOOD, bad-name] }]
    schedules: [{ name: Pulse, cron_expr: 0 * * * *, prompt_file: pulse.md, colour: red }]
`,
    }),
  );
  expect(shown(document.warnings)).toEqual([
    'org.yaml:3 template_schema_version this server reads template_schema_version 1',
    'org.yaml:6 workspaces[0].childern nothing reads the key "childern"; did you mean "children"?',
    'org.yaml:7 workspaces[0].files_dir the folder "pm" does not exist',
    'org.yaml:8 workspaces[0].initial_prompt_file the file "start.md" does not exist',
    'org.yaml:9 workspaces[0].plugins[0] there is no plugin "none" to take out',
    'org.yaml:10 workspaces[0].url nothing reads the url of a workspace that is not external',
    expect.stringContaining('org.yaml:11 workspaces[0].required_env[0].any_of[1] this member is left out'),
    'org.yaml:12 workspaces[0].schedules[0].prompt_file the file "pulse.md" does not exist',
    'org.yaml:12 workspaces[0].schedules[0].colour nothing reads the key "colour"',
  ]);
  // Without its prompt it must not fire.
  expect(document.workspaces[0]?.schedules).toMatchObject([{ name: 'Pulse', prompt: '', enabled: false }]);
});

it('reports every error of a document at once, each with its file, line and path', () => {
  const yaml = `name: " "
description: [no, text]
defaults:
  tier: 0
  runtime: claud-code
workspaces:
  - name: ""
  - role: nameless
  - name: PM
    role: 5
    spawning: "yes"
    plugins: ecc
    canvas: [1, 2]
    workspace_access: read-only
    max_concurrent_tasks: 1.5
    initial_memories: [{ content: "", scope: world }]
    required_env: [lower, { any_of: [also-bad] }, { any_of: [] }]
    schedules:
      - { name: A, cron_expr: "61 * * * *", prompt: x }
      - { name: A, cron_expr: "* * * * * *", prompt: x }
      - { name: B, cron_expr: "@daily", timezone: Mars/Base, prompt: x }
      - { name: C, cron_expr: "0 0 * * *", timezone: "+02:00" }
    channels: [{ config: {} }, { type: slack }, { type: slack }]
  - name: Lead
    workspace_access: read_write
    children: [{ name: Dev }, { name: " Dev " }]
  - just text
  - name: PM
`;
  const five = 'must have five fields: minute, hour, day of the month, month, day of the week';
  const zone = 'timezone must be an IANA time zone, such as Europe/Berlin';
  const rule = 'must have capital letters, digits and underscores, and begin with a letter';
  expect(shown(issuesOf({ yaml }))).toEqual([
    'org.yaml:1 name name must not be empty',
    'org.yaml:2 description must be text',
    'org.yaml:4 defaults.tier must be a whole number from 1 to 9',
    expect.stringMatching(/^org.yaml:5 defaults.runtime must be one of .*; did you mean "claude-code"\?$/),
    'org.yaml:7 workspaces[0].name name must not be empty',
    'org.yaml:8 workspaces[1] name must not be empty',
    'org.yaml:10 workspaces[2].role must be text; write it in quotes',
    'org.yaml:11 workspaces[2].spawning must be true or false',
    'org.yaml:12 workspaces[2].plugins must be a list',
    'org.yaml:13 workspaces[2].canvas must be a mapping of keys to values',
    expect.stringMatching(
      /^org.yaml:14 .*workspace_access must be one of none, .*; did you mean "read_only"\?$/,
    ),
    expect.stringContaining('org.yaml:15 workspaces[2].max_concurrent_tasks must be a whole number'),
    'org.yaml:16 workspaces[2].initial_memories[0].content content must not be empty',
    'org.yaml:16 workspaces[2].initial_memories[0].scope must be one of LOCAL, TEAM, GLOBAL',
    `org.yaml:17 workspaces[2].required_env[0] the name of an environment variable ${rule}`,
    `org.yaml:17 workspaces[2].required_env[1] any_of needs a name; it ${rule}`,
    `org.yaml:17 workspaces[2].required_env[2] any_of needs a name; it ${rule}`,
    expect.stringContaining(
      'org.yaml:19 workspaces[2].schedules[0].cron_expr cron_expr is not a cron expression',
    ),
    'org.yaml:20 workspaces[2].schedules[1] there is a schedule named "A" already, ' +
      'at workspaces[2].schedules[0] in org.yaml, line 19',
    `org.yaml:20 workspaces[2].schedules[1].cron_expr cron_expr ${five}`,
    `org.yaml:21 workspaces[2].schedules[2].cron_expr cron_expr ${five}`,
    `org.yaml:21 workspaces[2].schedules[2].timezone ${zone}`,
    'org.yaml:22 workspaces[2].schedules[3] a schedule that is enabled needs a prompt or a prompt_file',
    `org.yaml:22 workspaces[2].schedules[3].timezone ${zone}`,
    'org.yaml:23 workspaces[2].channels[0] type must not be empty',
    'org.yaml:23 workspaces[2].channels[2] there is a channel named "slack" already, ' +
      'at workspaces[2].channels[1] in org.yaml, line 23',
    'org.yaml:25 workspaces[3].workspace_access workspace_access read_write needs a workspace_dir',
    'org.yaml:26 workspaces[3].children[1].name there is a workspace named "Dev" already, ' +
      'at workspaces[3].children[0].name in org.yaml, line 26',
    'org.yaml:27 workspaces[4] must be a mapping of keys to values',
    'org.yaml:28 workspaces[5].name there is a workspace named "PM" already, ' +
      'at workspaces[2].name in org.yaml, line 9',
  ]);
});

it('names both files of siblings that bear the same name', () => {
  const source = files({
    'org.yaml': 'name: Acme\nworkspaces:\n  - !include a.yaml\n  - !include b.yaml\n',
    'a.yaml': '# One team.\nname: Team\n',
    'b.yaml': 'name: Team\n',
  });
  expect(shown(issuesOf(source))).toEqual([
    'b.yaml:1 workspaces[1].name there is a workspace named "Team" already, at workspaces[0].name in a.yaml, line 2',
  ]);
});

it('takes the same name under two parents', () => {
  const yaml =
    'name: Acme\nworkspaces:\n  - { name: A, children: [{ name: X }] }\n  - { name: B, children: [{ name: X }] }\n';
  expect(read({ yaml }).warnings).toEqual([]);
});

describe('text', () => {
  it.each(['A11y + SEO Auditor', 'R&D (Platform)', 'Ünïcode 团队 🚀', '{x} [y] | > * !', 'x'.repeat(255)])(
    'takes the name %s',
    (name) => {
      const yaml = `name: Acme\nworkspaces: [{ name: ${JSON.stringify(name)} }]\n`;
      expect(read({ yaml }).workspaces[0]?.name).toBe(name);
    },
  );

  it('trims names and takes 255 characters however many units they have', () => {
    const name = '🚀'.repeat(255);
    expect(read({ yaml: `name: Acme\nworkspaces: [{ name: "  ${name} " }]\n` }).workspaces[0]?.name).toBe(
      name,
    );
  });

  it.each([
    ['256 characters', 'x'.repeat(256)],
    ['a line break', 'a\nb'],
    ['a control character', 'a\u0007b'],
    ['a line separator', 'a\u2028b'],
  ])('refuses a name with %s', (_kind, name) => {
    expect(issuesOf({ yaml: `name: Acme\nworkspaces: [{ name: ${JSON.stringify(name)} }]\n` })).toHaveLength(
      1,
    );
  });

  it.each(['"a\\0b"', '"a\\ud800b"'])('refuses the text %s, which PostgreSQL cannot hold', (text) => {
    expect(issuesOf(workspaceWith(`system_prompt: ${text}`))).toMatchObject([{ line: 4 }]);
  });

  it('takes roles of many lines and 4,000 characters', () => {
    const line = 'word '.repeat(40).trim();
    const role = Array(20).fill(line).join('\n');
    const yaml = `name: Acme\nworkspaces:\n  - name: PM\n    role: |\n      ${role.replaceAll('\n', '\n      ')}\n`;
    expect(read({ yaml }).workspaces[0]?.role).toBe(role);
  });
});

describe('the url of an external workspace', () => {
  const external = (url: string) => workspaceWith('external: true', `url: ${JSON.stringify(url)}`);

  it.each(['https://agents.example.com/a', 'http://93.184.216.34:8080', 'https://[2606:2800:220:1::1]/'])(
    'may be %s',
    (url) => {
      expect(read(external(url)).workspaces[0]?.spec).toEqual({ external: true, url });
    },
  );

  it.each([
    'http://localhost:3000',
    'http://LOCALHOST.',
    'http://app.localhost',
    'http://127.0.0.1',
    'http://127.1',
    'http://2130706433',
    'http://0x7f.0.0.1',
    'http://0177.0.0.1',
    'http://0.0.0.0',
    'http://10.1.2.3',
    'http://172.16.0.1',
    'http://192.168.1.1',
    'http://100.64.0.1',
    'http://169.254.169.254/latest/meta-data',
    'http://metadata.google.internal',
    'http://printer.local',
    'http://intranet',
    'http://[::1]',
    'http://[::]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:a9fe:a9fe]',
    'http://[64:ff9b::7f00:1]',
    'http://[2002:7f00:1::]',
    'http://[fd00::1]',
    'http://[fe80::1]',
    'ftp://example.com',
    'file:///etc/passwd',
    'https://user:secret@example.com',
    'not a url',
  ])('must not be %s', (url) => {
    expect(issuesOf(external(url))).toMatchObject([{ line: 5, path: 'workspaces[0].url' }]);
  });
});

describe('workspace_dir', () => {
  const at = (dir: string) => workspaceWith(`workspace_dir: ${JSON.stringify(dir)}`);

  it.each(['/work', '/etcetera/x', '${WORKSPACE_DIR}', '${HOME}/work'])('may be %s', (dir) => {
    expect(read(at(dir)).workspaces[0]?.spec).toEqual({ workspace_dir: dir });
  });

  it.each([
    'work',
    './work',
    '/',
    '//',
    '/etc',
    '/etc/',
    '//etc/x',
    '/./usr/lib',
    '/srv/../etc',
    '${A}/../x',
    '\\x',
  ])('must not be %s', (dir) => {
    expect(issuesOf(at(dir))).toMatchObject([{ line: 4, path: 'workspaces[0].workspace_dir' }]);
  });
});

it('marks the workspaces below a workspace with spawning: false', () => {
  const yaml =
    'name: Acme\nworkspaces:\n  - { name: A, spawning: false, children: [{ name: B, spawning: true }] }\n';
  const [a] = read({ yaml }).workspaces;
  expect([a?.spawning, a?.children[0]?.spawning]).toEqual([false, false]);
});

it('refuses more than 20,000 workspaces, and more than 64 levels of them', () => {
  const many = `name: Acme\nworkspaces:\n${Array.from({ length: 20_001 }, (_, i) => `- name: W${i}\n`).join('')}`;
  expect(issuesOf({ yaml: many })).toMatchObject([{ message: 'a document has at most 20000 workspaces' }]);
  const deep = Array.from({ length: 65 }, (_, i) => `{ name: W${i}, children: [`).join('');
  const yaml = `name: Acme\nworkspaces: [${deep}${']}'.repeat(65)}]\n`;
  expect(issuesOf({ yaml })).toMatchObject([
    { line: 2, message: 'workspaces are nested at most 64 levels deep' },
  ]);
});
