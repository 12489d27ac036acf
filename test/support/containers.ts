/**
 * The program of a runtime, controlled by a test: its containers are files, and its log has the calls that changed
 * them. A line of shell can run before or after each verb.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Verb = 'start' | 'stop' | 'remove' | 'inspect';

export type Containers = {
  program: string;
  /** The configuration of an app in this process. */
  runtime: { kind: 'exec'; program: string; environment: Record<string, string> };
  /** The environment of another process. */
  env: { MUSTER_RUNTIME: 'exec'; MUSTER_RUNTIME_EXEC: string };
  /** Sets the line of shell that runs before the verb, or after it. No line removes it. */
  before(verb: Verb, line?: string): Promise<void>;
  after(verb: Verb, line?: string): Promise<void>;
  /** The input of the program at the last call of a verb for an agent. */
  input(verb: Verb, agentId: string): Promise<Record<string, unknown>>;
  /** Lines of `<verb> called` and `<verb> done`. The second is there only when the verb changed something. */
  log(agentId: string): Promise<string[]>;
  state(agentId: string): Promise<string>;
  /** Makes the container exit. */
  exit(agentId: string): Promise<void>;
  /** Removes the container without a call of the program. */
  vanish(agentId: string): Promise<void>;
  /** Creates a file beside the program, for a line of shell that waits for it. */
  touch(name: string): Promise<void>;
  close(): Promise<void>;
};

const PROGRAM = `#!/bin/sh
dir=$(dirname "$0")
input=$(cat)
id=$(printf %s "$input" | sed 's/^{"id":"\\([^"]*\\)".*/\\1/')
box=$dir/box-$id
log() { echo "$verb $1" >> "$dir/log-$id"; }
verb=$1
printf %s "$input" > "$dir/input-$verb-$id"
log called
[ -f "$dir/before-$verb" ] && . "$dir/before-$verb"
case $verb in
  start) echo running > "$box"; log done; echo "starting it"; echo "box-$id" ;;
  stop)
    [ -f "$box" ] || { echo "no such box"; exit 3; }
    [ "$(cat "$box")" = exited ] || { echo exited > "$box"; log done; } ;;
  remove) rm "$box" || { exit 3; }; log done ;;
  inspect) [ -f "$box" ] || exit 3; cat "$box" ;;
esac
[ -f "$dir/after-$verb" ] && . "$dir/after-$verb"
exit 0
`;

export async function makeContainers(): Promise<Containers> {
  const dir = await mkdtemp(join(tmpdir(), 'muster-containers-'));
  const program = join(dir, 'runtime');
  await writeFile(program, PROGRAM);
  await chmod(program, 0o755);
  const read = (name: string) => readFile(join(dir, name), 'utf8').catch(() => '');
  const script = (when: string) => async (verb: Verb, line?: string) => {
    const file = join(dir, `${when}-${verb}`);
    if (line === undefined) await rm(file, { force: true });
    else await writeFile(file, `${line}\n`);
  };
  return {
    program,
    runtime: { kind: 'exec', program, environment: { PATH: process.env.PATH ?? '' } },
    env: { MUSTER_RUNTIME: 'exec', MUSTER_RUNTIME_EXEC: program },
    before: script('before'),
    after: script('after'),
    input: async (verb, agentId) => JSON.parse(await read(`input-${verb}-${agentId}`)),
    log: async (agentId) => (await read(`log-${agentId}`)).trim().split('\n').filter(Boolean),
    state: async (agentId) => (await read(`box-${agentId}`)).trim() || 'gone',
    exit: (agentId) => writeFile(join(dir, `box-${agentId}`), 'exited\n'),
    vanish: (agentId) => rm(join(dir, `box-${agentId}`)),
    touch: (name) => writeFile(join(dir, name), ''),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}
