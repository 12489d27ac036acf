/** `bin/muster.js`: the command on the Node.js of the machine. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };

const LAUNCHER = fileURLToPath(new URL('../../bin/muster.js', import.meta.url));

/** Runs the launcher on a Node.js that pretends to be of a version. */
function launch(version: string, args: string[]) {
  const script = `
    Object.defineProperty(process.versions, 'node', { value: ${JSON.stringify(version)} });
    process.argv = [process.argv[0], ${JSON.stringify(LAUNCHER)}, ...${JSON.stringify(args)}];
    await import(${JSON.stringify(LAUNCHER)});`;
  return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
}

it.each(['22.18.0', '22.100.0', '24.0.0'])('muster --version works on Node.js %s', async (version) => {
  expect((await launch(version, ['--version'])).stdout).toBe(`${packageFile.version}\n`);
});

it.each(['18.20.0', '20.20.2', '22.17.1'])(
  'muster on Node.js %s says in one line what it needs',
  async (version) => {
    await expect(launch(version, ['--version'])).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Muster needs Node\.js 22\.18 or newer, and this is [\d.]+\. .*\n$/),
    });
  },
);

it('the launcher requires the Node.js that package.json requires', async () => {
  expect(packageFile.engines.node).toBe('>=22.18');
});
