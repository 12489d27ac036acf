/** The exec runtime: the program's input, the meaning of its results, and its time limit. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExecLimits, execRuntime } from '../../src/runtime/exec.ts';
import { RuntimeError } from '../../src/services/port/runtime.ts';
import { until } from '../support/feed.ts';

const AGENT = {
  id: '01890000-0000-7000-8000-000000000001',
  organizationId: '01890000-0000-7000-8000-000000000002',
  name: 'Robin "the" Agent\n',
  role: 'reviewer',
  config: { image: 'a b', nested: { $HOME: ['`x`'] } },
};
const TOKEN = `mst_${'abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456'}`;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'muster-exec-'));
});
afterAll(() => rm(dir, { recursive: true }));

let programs = 0;
/** A runtime whose program is this script, which may write to `$dir`. */
async function runtimeOf(script: string, limits: Partial<ExecLimits> = {}, url?: string) {
  programs += 1;
  const program = join(dir, `program-${programs}`);
  await writeFile(program, `#!/bin/sh\ndir=${dir}\n${script}\n`);
  await chmod(program, 0o755);
  const environment = { PATH: process.env.PATH ?? '', GREETING: 'hello' };
  return execRuntime({ program, environment, limits, url: () => url });
}

async function failure(work: Promise<unknown>): Promise<RuntimeError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RuntimeError);
  return error as RuntimeError;
}

const given = async () => JSON.parse(await readFile(join(dir, 'given'), 'utf8'));

describe("the program's input", () => {
  it('is the agent, a token and the URL for start', async () => {
    const runtime = await runtimeOf('cat > $dir/given; echo box', {}, 'http://127.0.0.1:4000');
    await runtime.start({ ...AGENT, secretOfOurs: 'x' } as typeof AGENT, TOKEN);
    expect(await given()).toEqual({ ...AGENT, workspace: null, token: TOKEN, url: 'http://127.0.0.1:4000' });
  });

  it('is the agent, its container and the grace period for stop', async () => {
    const runtime = await runtimeOf('cat > $dir/given', { stopGraceSeconds: 7 });
    await runtime.stop(AGENT, 'box');
    expect(await given()).toEqual({ ...AGENT, containerRef: 'box', stopGraceSeconds: 7 });
  });

  it.each([
    ['remove', 'box'],
    ['remove', null],
    ['inspect', 'box'],
  ] as const)('is the agent and its container, to %s %s', async (verb, containerRef) => {
    const runtime = await runtimeOf('cat > $dir/given; echo running');
    if (verb === 'remove') await runtime.remove(AGENT, containerRef);
    else await runtime.inspect(AGENT, containerRef);
    expect(await given()).toEqual({ ...AGENT, containerRef });
  });

  it('is one argument without a shell, and only the configured environment', async () => {
    const runtime = await runtimeOf('echo "$# $1 $GREETING [$DATABASE_URL$HOME]" > $dir/given; echo box');
    await runtime.start(AGENT, TOKEN);
    expect(await readFile(join(dir, 'given'), 'utf8')).toBe('1 start hello []\n');
  });

  it('may be left unread', async () => {
    const runtime = await runtimeOf('exec 0<&-; echo box');
    const large = { ...AGENT, config: { text: 'x'.repeat(1_000_000) } };
    expect((await runtime.start(large, TOKEN)).containerRef).toBe('box');
  });
});

describe("the program's result", () => {
  it("is the container's reference in the last line of its standard output", async () => {
    const runtime = await runtimeOf('echo pulling; echo " box 1 "; echo; echo warning >&2');
    const { containerRef, output } = await runtime.start(AGENT, TOKEN);
    expect(containerRef).toBe('box 1');
    expect(output.split('\n').toSorted()).toEqual(['', '', ' box 1 ', 'pulling', 'warning']);
  });

  it.each([
    ['nothing', 'exit 0'],
    ['something on standard error only', 'echo box >&2'],
    ['too much', `printf 'x%.0s' $(seq 501)`],
    ['a control character', `printf 'a\\033[31mb'`],
  ])('is no reference when it is %s', async (_, script) => {
    const { message } = await failure((await runtimeOf(script)).start(AGENT, TOKEN));
    expect(message).toBe('start did not print the reference of a container as its last line.');
  });

  it.each([
    ['echo running', 'RUNNING'],
    ['echo looking; echo exited', 'EXITED'],
    ['echo gone', 'GONE'],
    ['echo "no such container"; exit 3', 'GONE'],
  ])('is a state: %s', async (script, state) => {
    expect(await (await runtimeOf(script)).inspect(AGENT, 'box')).toBe(state);
  });

  it.each(['echo Running', 'echo', 'echo running; echo maybe'])(
    'is not accepted as a state: %s',
    async (script) => {
      const { message } = await failure((await runtimeOf(script)).inspect(AGENT, 'box'));
      expect(message).toBe('inspect did not print running, exited or gone.');
    },
  );

  it.each(['stop', 'remove'] as const)('is success when there is no container to %s', async (verb) => {
    const runtime = await runtimeOf('echo "no such box"; exit 3');
    expect(await runtime[verb](AGENT, 'box')).toMatchObject({ output: 'no such box\n' });
  });

  it('is a failure that quotes the last line for any other exit code', async () => {
    const script = 'echo box; echo "no such image: x" >&2; exit';
    for (const code of [1, 3, 127]) {
      const error = await failure((await runtimeOf(`${script} ${code}`)).start(AGENT, TOKEN));
      expect(error.message).toMatch(new RegExp(`^start ended with code ${code}: (no such image: x|box)$`));
      expect(error.output).toContain('no such image: x');
    }
    const killed = await failure((await runtimeOf('kill -9 $$')).remove(AGENT, 'box'));
    expect(killed.message).toBe('remove was ended by SIGKILL.');
  });

  it('is an error when the program cannot be run', async () => {
    const runtime = execRuntime({ program: join(dir, 'nothing'), environment: {} });
    expect((await failure(runtime.stop(AGENT, 'box'))).message).toMatch(/nothing cannot be run: .*ENOENT/);
  });
});

describe('the stored output', () => {
  it('is the last 16 KB', async () => {
    const runtime = await runtimeOf('seq 100000; exit 1');
    const { output, message } = await failure(runtime.remove(AGENT, 'box'));
    expect(output.length).toBe(16 * 1024);
    expect(output).toMatch(/\n99999\n100000\n$/);
    expect(message).toBe('remove ended with code 1: 100000');
  });

  it('contains no control characters', async () => {
    const runtime = await runtimeOf(`printf 'a\\000b\\033[2Jc\\377\\tand on\\n'; exit 1`);
    expect((await failure(runtime.remove(AGENT, 'box'))).output).toBe('a�b�[2Jc�\tand on\n');
  });

  it('never contains the token', async () => {
    const runtime = await runtimeOf('cat; cat >&2; exit 1');
    const { output, message } = await failure(runtime.start(AGENT, TOKEN));
    expect(output).toContain('"token":"[redacted]"');
    expect(output + message).not.toContain(TOKEN);
  });

  it('contains no part of the token where it was cut', async () => {
    // The lengths make the cut go through the token at every place.
    const room = 16 * 1024;
    for (const part of [1, 20, TOKEN.length - 1]) {
      const rest = room - part - 1;
      const runtime = await runtimeOf(
        `printf '%s' '${TOKEN}'; head -c ${rest} /dev/zero | tr '\\0' x; echo; exit 1`,
      );
      const { output } = await failure(runtime.start(AGENT, TOKEN));
      expect(output).toMatch(/^x+\n$/);
    }
  });
});

describe('a program beyond its time limit', () => {
  /** Waits for ever with a child process, and prints the ids of both. */
  const HANGING = 'sleep 1000 & echo $! > $dir/child; echo hanging; wait';
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const child = async () => Number(await readFile(join(dir, 'child'), 'utf8').catch(() => ''));

  it('is ended together with its children', async () => {
    await rm(join(dir, 'child'), { force: true });
    const runtime = await runtimeOf(HANGING, { startMs: 500 });
    const { message, output } = await failure(runtime.start(AGENT, TOKEN));
    expect([message, output]).toEqual(['start took longer than 0.5 s.', 'hanging\n']);
    const pid = await child();
    expect(pid).toBeGreaterThan(0);
    await until(() => !isAlive(pid));
  });

  it('is killed when it ignores SIGTERM', async () => {
    const runtime = await runtimeOf(`trap '' TERM\nwhile :; do sleep 0.1; done`, { inspectMs: 200 });
    expect((await failure(runtime.inspect(AGENT, 'box'))).message).toBe('inspect took longer than 0.2 s.');
  });

  it("may take the container's grace period in addition when it stops", async () => {
    const runtime = await runtimeOf(HANGING, { stopGraceSeconds: 1, stopMarginMs: 100 });
    expect((await failure(runtime.stop(AGENT, 'box'))).message).toBe('stop took longer than 1.1 s.');
  });

  it('ends early when it is aborted', async () => {
    await rm(join(dir, 'child'), { force: true });
    const giveUp = new AbortController();
    const starting = failure((await runtimeOf(HANGING)).start(AGENT, TOKEN, giveUp.signal));
    await until(async () => (await child()) > 0);
    giveUp.abort();
    expect((await starting).message).toBe('start was aborted.');
    const pid = await child();
    await until(() => !isAlive(pid));
    const tooLate = failure((await runtimeOf('exit 0')).remove(AGENT, 'box', giveUp.signal));
    expect((await tooLate).message).toBe('remove was aborted before it started.');
  });
});

it('the runtime does not wait for processes that a program leaves behind', async () => {
  const runtime = await runtimeOf('sleep 1000 & echo "$!"');
  const { containerRef } = await runtime.start(AGENT, TOKEN);
  // The process survives, with its output closed.
  expect(process.kill(Number(containerRef), 'SIGKILL')).toBe(true);
});
