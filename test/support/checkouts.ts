/** The program of docs/runtime.md that keeps checkouts as worktrees of git, with repositories in a directory. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidOf } from './psql.ts';
import type { Team } from './team.ts';

export type Checkouts = {
  /** The configuration of an app in this process. */
  runtime: { kind: 'exec'; program: string; environment: Record<string, string> };
  /** Creates the repository that `https://github.com/<name>` leads to, with a commit on its branch `main`. */
  makeRepository(name: string): Promise<void>;
  /** The directory of a checkout, by its reference. */
  directory(checkoutRef: string): string;
  exists(checkoutRef: string): boolean;
  /** Runs git in a checkout, or in the clone of a project. */
  git(directory: string, ...args: string[]): string;
  clone(team: Team): string;
  /** A line of shell that runs before the verb. No line removes it. */
  before(verb: string, line?: string): Promise<void>;
  /** The verbs that were called, in order. */
  calls(): Promise<string[]>;
  /** Creates a file beside the program, for a line of shell that waits for it. */
  touch(name: string): Promise<void>;
  close(): Promise<void>;
};

const AUTHOR = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com'];

export async function makeCheckouts(): Promise<Checkouts> {
  const dir = await mkdtemp(join(tmpdir(), 'muster-checkouts-'));
  const docs = await readFile(join(import.meta.dirname, '../../docs/runtime.md'), 'utf8');
  const script = /```js\n(#!\/usr\/bin\/env node\n[\s\S]*?)```/.exec(docs)?.[1] ?? '';
  const program = join(dir, 'runtime');
  await writeFile(join(dir, 'git-checkouts'), script);
  await writeFile(
    program,
    `#!/bin/sh
dir=$(dirname "$0")
echo "$1" >> "$dir/calls"
[ -f "$dir/before-$1" ] && . "$dir/before-$1"
exec node "$dir/git-checkouts" "$1"
`,
  );
  await chmod(program, 0o755);
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-C', cwd, ...AUTHOR, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  const directory = (checkoutRef: string) => join(dir, checkoutRef);
  return {
    runtime: {
      kind: 'exec',
      program,
      environment: {
        PATH: process.env.PATH ?? '',
        HOME: dir,
        CHECKOUTS_DIR: dir,
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: `url.file://${dir}/origin/.insteadOf`,
        GIT_CONFIG_VALUE_0: 'https://github.com/',
      },
    },
    async makeRepository(name) {
      const repository = join(dir, 'origin', name);
      await mkdir(repository, { recursive: true });
      git(repository, 'init', '--quiet', '--initial-branch', 'main');
      git(repository, 'commit', '--quiet', '--allow-empty', '--message', 'Begin');
    },
    directory,
    exists: (checkoutRef) => existsSync(directory(checkoutRef)),
    git,
    clone: ({ id, project }) => join(dir, 'repositories', uuidOf(id), project.slug),
    async before(verb, line) {
      const file = join(dir, `before-${verb}`);
      if (line === undefined) await rm(file, { force: true });
      else await writeFile(file, `${line}\n`);
    },
    calls: async () =>
      (await readFile(join(dir, 'calls'), 'utf8').catch(() => '')).trim().split('\n').filter(Boolean),
    touch: (name) => writeFile(join(dir, name), ''),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}
