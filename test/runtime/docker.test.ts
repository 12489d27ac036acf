/** The Docker script of docs/runtime.md, with a fake `docker` that keeps its containers in files. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execRuntime } from '../../src/runtime/exec.ts';
import { type Runtime, RuntimeError } from '../../src/services/port/runtime.ts';

const AGENT = {
  id: '01890000-0000-7000-8000-000000000001',
  organizationId: '01890000-0000-7000-8000-000000000002',
  name: 'Robin',
  role: 'reviewer of "everything" $(touch /tmp/no)',
  config: { model: 'a b' },
};
const NAME = `muster-${AGENT.id}`;

/** The part of Docker that the script needs. As in Docker, names are unique and missing containers are errors. */
const DOCKER = `#!/bin/sh
dir=$(dirname "$0")/boxes
[ -d "$dir" ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }
verb=$1; shift
for last; do :; done
case $verb in
  ps) name=\${last#name=^}; cat "$dir/\${name%\\$}.id" 2>/dev/null || true; exit 0 ;;
  run)
    while [ "$1" != --name ]; do shift; done
    [ ! -f "$dir/$2.id" ] || { echo "The name is in use" >&2; exit 125; }
    echo "id-$MUSTER_TOKEN" | tee "$dir/$2.id"
    printf '%s\\n%s\\n%s\\n%s\\n' "$MUSTER_TOKEN" "$AGENT_ROLE" "$AGENT_CONFIG" "$last" > "$dir/id-$MUSTER_TOKEN"
    exit 0 ;;
esac
[ -f "$dir/$last" ] || { echo "No such container: $last" >&2; exit 1; }
case $verb in
  stop) echo "stopped after $2" > "$dir/$last.stopped" ;;
  rm) rm -f "$dir/$last"* $(grep -l "$last" "$dir"/*.id) ;;
  inspect) [ -f "$dir/$last.stopped" ] && echo exited || echo running ;;
esac
`;

const hasJq = (() => {
  try {
    execFileSync('jq', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

describe.runIf(hasJq)(
  hasJq ? 'the script for Docker' : 'the script for Docker (skipped: no jq on PATH)',
  () => {
    let dir: string;
    let runtime: Runtime;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'muster-docker-'));
      const docs = await readFile(join(import.meta.dirname, '../../docs/runtime.md'), 'utf8');
      const script = /```sh\n(#!\/bin\/sh\n[^`]*docker run[^`]*)```/.exec(docs)?.[1] ?? '';
      for (const [name, text] of [
        ['runtime', script],
        ['docker', DOCKER],
      ] as const) {
        await writeFile(join(dir, name), text);
        await chmod(join(dir, name), 0o755);
      }
      execFileSync('mkdir', [join(dir, 'boxes')]);
      runtime = execRuntime({
        program: join(dir, 'runtime'),
        environment: { PATH: `${dir}:${process.env.PATH}` },
      });
    });
    afterAll(() => rm(dir, { recursive: true }));

    it('starts, inspects, stops and removes a container, each verb twice', async () => {
      expect(await runtime.inspect(AGENT, NAME)).toBe('GONE');
      for (const token of ['mst_first', 'mst_second']) {
        expect((await runtime.start(AGENT, token)).containerRef).toBe(NAME);
      }
      const boxes = execFileSync('ls', [join(dir, 'boxes')], { encoding: 'utf8' });
      expect(boxes.trim().split('\n')).toEqual(['id-mst_second', `${NAME}.id`]);
      expect(await readFile(join(dir, 'boxes/id-mst_second'), 'utf8')).toBe(
        ['mst_second', AGENT.role, JSON.stringify(AGENT.config, null, 2), 'my-agent:1', ''].join('\n'),
      );
      expect(await runtime.inspect(AGENT, NAME)).toBe('RUNNING');
      for (let time = 0; time < 2; time += 1) await runtime.stop(AGENT, NAME);
      expect(await runtime.inspect(AGENT, NAME)).toBe('EXITED');
      for (let time = 0; time < 2; time += 1) await runtime.remove(AGENT, null);
      expect(await runtime.inspect(AGENT, NAME)).toBe('GONE');
    });

    it('fails instead of reporting `gone` when Docker does not answer', async () => {
      await runtime.start(AGENT, 'mst_third');
      execFileSync('mv', [join(dir, 'boxes'), join(dir, 'away')]);
      await expect(runtime.inspect(AGENT, NAME)).rejects.toThrow(RuntimeError);
      await expect(runtime.remove(AGENT, NAME)).rejects.toThrow('Cannot connect to the Docker daemon');
      execFileSync('mv', [join(dir, 'away'), join(dir, 'boxes')]);
      expect(await runtime.inspect(AGENT, NAME)).toBe('RUNNING');
    });
  },
);
