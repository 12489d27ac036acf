import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { files, issuesOf, read } from './reading.ts';

const OUTSIDE = [
  '../secret.yaml',
  '../../secret.yaml',
  'teams/../../secret.yaml',
  './../secret.yaml',
  '/etc/passwd',
  '//etc/passwd',
  'C:/secret.yaml',
  'c:secret.yaml',
  '..\\secret.yaml',
  'teams\\..\\..\\secret.yaml',
  '..',
  '../orgs-evil/secret.yaml',
];

describe.each(OUTSIDE)('the path %s', (path) => {
  const quoted = JSON.stringify(path);
  const notBelow = 'name: Acme\nworkspaces:\n';

  it('is refused as an include', () => {
    const [issue, ...more] = issuesOf(files({ 'org.yaml': `${notBelow}  - !include ${quoted}\n` }));
    expect(issue).toMatchObject({ file: 'org.yaml', line: 3, path: 'workspaces[0]' });
    expect(issue?.message).toContain('is not a relative path to a file inside the root');
    expect(more).toEqual([]);
  });

  it.each(['files_dir', 'template', 'initial_prompt_file', 'idle_prompt_file'])('is refused as %s', (key) => {
    const issues = issuesOf(files({ 'org.yaml': `${notBelow}  - name: PM\n    ${key}: ${quoted}\n` }));
    expect(issues).toMatchObject([{ line: 4, path: `workspaces[0].${key}` }]);
  });

  it('is refused as the path of a file that is sent', () => {
    expect(issuesOf({ entry: 'org.yaml', files: [{ path, content: '' }] })).not.toEqual([]);
  });

  it('is refused as a directory, without being repeated', () => {
    const issues = issuesOf({ directory: path }, tmpdir());
    expect(issues).toHaveLength(1);
    expect(issues[0]?.message).toBe('the directory must be relative and stay inside the templates directory');
  });
});

it('refuses a NUL character in a path', () => {
  expect(issuesOf({ directory: 'acme\0/../..' }, tmpdir())).toHaveLength(1);
  expect(
    issuesOf(files({ 'org.yaml': 'name: Acme\nworkspaces:\n  - !include "a\\0.yaml"\n' })),
  ).toMatchObject([{ line: 3 }]);
});

it('refuses an include whose path is empty', () => {
  expect(issuesOf(files({ 'org.yaml': 'name: Acme\nworkspaces: !include ""\n' }))).toMatchObject([
    { line: 2 },
  ]);
});

it('refuses a prompt file that leaves the folder of its workspace', () => {
  const source = files({
    'org.yaml':
      'name: Acme\nworkspaces:\n  - { name: PM, files_dir: pm, initial_prompt_file: ../other/a.md }\n',
    'pm/a.md': 'Plan.',
    'other/a.md': 'Look.',
  });
  expect(issuesOf(source)).toMatchObject([{ line: 3, path: 'workspaces[0].initial_prompt_file' }]);
});

it('reads a file of a sibling folder below the same root', () => {
  const source = files({
    'acme/org.yaml': 'name: Acme\nworkspaces:\n  - !include ../shared/pm.yaml\n',
    'shared/pm.yaml': 'name: PM\n',
  });
  expect(read(source).workspaces).toMatchObject([{ name: 'PM', place: { file: 'shared/pm.yaml', line: 1 } }]);
});

describe('a directory', () => {
  let parent: string;
  let root: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'org-'));
    root = join(parent, 'orgs');
    write('orgs/acme/org.yaml', 'name: Acme\nworkspaces:\n  - !include pm.yaml\n');
    write('orgs-evil/pm.yaml', 'name: Stolen\n');
  });

  afterEach(() => rmSync(parent, { recursive: true }));

  function write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(join(parent, path)), { recursive: true });
    writeFileSync(join(parent, path), content);
  }

  function link(target: string): void {
    symlinkSync(target, join(root, 'acme/pm.yaml'));
  }

  it('is read, as org.yaml or org.yml', () => {
    write('orgs/acme/pm.yaml', 'name: PM\n');
    write('orgs/other/org.yml', 'name: Other\nworkspaces: [{ name: PM }]\n');
    expect(read({ directory: 'acme' }, root).workspaces[0]?.name).toBe('PM');
    expect(read({ directory: 'other/' }, root).name).toBe('Other');
  });

  it('follows a symbolic link to a file inside the root', () => {
    write('orgs/shared/pm.yaml', 'name: Shared PM\n');
    link('../shared/pm.yaml');
    expect(read({ directory: 'acme' }, root).workspaces[0]?.name).toBe('Shared PM');
  });

  it('refuses a symbolic link to a folder whose name only begins like the root', () => {
    link('../../orgs-evil/pm.yaml');
    expect(issuesOf({ directory: 'acme' }, root)).toMatchObject([
      {
        file: 'acme/org.yaml',
        line: 3,
        message: expect.stringContaining('leads out of the templates directory'),
      },
    ]);
  });

  it('refuses to be a symbolic link that leaves the root', () => {
    write('orgs-evil/org.yaml', 'name: Stolen\nworkspaces: [{ name: PM }]\n');
    symlinkSync('../orgs-evil', join(root, 'evil'));
    expect(issuesOf({ directory: 'evil' }, root)).toHaveLength(1);
  });

  it('refuses a prompt and an .env file that are links out of the root', () => {
    write('orgs/acme/pm.yaml', 'name: PM\nfiles_dir: pm\ninitial_prompt_file: a.md\n');
    write('orgs/acme/pm/b.md', '');
    symlinkSync('/etc/hostname', join(root, 'acme/pm/a.md'));
    symlinkSync('/etc/hostname', join(root, 'acme/pm/.env'));
    const messages = issuesOf({ directory: 'acme' }, root).map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining('the .env file of acme/pm cannot be read'),
      expect.stringContaining('acme/pm/a.md cannot be read'),
    ]);
  });

  it('refuses an environment file that a link gives another name', () => {
    write('orgs/acme/pm.yaml', 'name: PM\nfiles_dir: pm\ninitial_prompt_file: a.md\n');
    write('orgs/acme/pm/.env.local', 'KEY=secret\n');
    symlinkSync('.env.local', join(root, 'acme/pm/a.md'));
    expect(issuesOf({ directory: 'acme' }, root)).toMatchObject([{ file: 'acme/pm.yaml', line: 3 }]);
  });

  it('refuses links that lead to each other', () => {
    link('pm.yaml');
    expect(issuesOf({ directory: 'acme' }, root)).toMatchObject([{ file: 'acme/org.yaml', line: 3 }]);
  });

  it('refuses a file that is a pipe, which would never end', () => {
    execFileSync('mkfifo', [join(root, 'acme/pm.yaml')]);
    expect(issuesOf({ directory: 'acme' }, root)).toMatchObject([{ line: 3 }]);
  });

  it('refuses a file that is not UTF-8', () => {
    write('orgs/acme/pm.yaml', Buffer.from([0x6e, 0xff, 0xfe]));
    expect(issuesOf({ directory: 'acme' }, root)[0]?.message).toContain('it is not UTF-8 text');
  });

  it('that does not exist is refused without repeating its name', () => {
    const [issue] = issuesOf({ directory: 'no-such-folder' }, root);
    expect(issue?.message).not.toContain('no-such-folder');
  });

  it('is refused where no templates directory is configured', () => {
    expect(issuesOf({ directory: 'acme' }, null)[0]?.message).toBe('this server has no templates directory');
  });
});
