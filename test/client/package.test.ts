/** The package that `npm pack` creates runs in plain Node.js and has types. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '../support/test.ts';

const run = promisify(execFile);

const PROGRAM = `
  import { createClient } from 'muster/client';
  const [url, token, organizationId] = process.argv.slice(2);
  const updates = createClient({ url, token }).subscribe({
    query: \`subscription ($organizationId: ID!, $after: String) {
      sessionChanged(organizationId: $organizationId, after: $after) { cursor type }
    }\`,
    variables: { organizationId },
    onStatus: ({ state }) => console.log(state),
  });
  for await (const { data } of updates) {
    console.log(data.sessionChanged.type);
    break;
  }`;

const TYPED = `
  import { createClient, type FeedEvent } from 'muster/client';
  import { readFileSync } from 'node:fs';
  type Data = { changes: { cursor: string } };
  const query = readFileSync('changes.graphql', 'utf8');
  const { value } = await createClient({ url: '/graphql', token: 'x' }).subscribe<Data>({ query }).next();
  export const event: FeedEvent<Data> | undefined = value;
  // @ts-expect-error: the field does not exist.
  export const other = value?.data.sessionChanged;`;

let consumer: string;

beforeAll(async () => {
  consumer = await mkdtemp(join(tmpdir(), 'muster-client-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', consumer]);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const home = join(consumer, 'node_modules/muster');
  await mkdir(home, { recursive: true });
  await run('tar', ['-xzf', join(consumer, filename), '-C', home, '--strip-components', '1']);
  for (const dependency of ['graphql', '@types']) {
    await symlink(resolve('node_modules', dependency), join(consumer, 'node_modules', dependency));
  }
  await writeFile(join(consumer, 'package.json'), '{ "type": "module" }');
});

afterAll(async () => await rm(consumer, { recursive: true, force: true }));

it('the packed client subscribes in plain Node.js, and the process exits when the loop is left', async ({
  app,
  team,
}) => {
  await writeFile(join(consumer, 'program.js'), PROGRAM);
  const program = run(process.execPath, ['program.js', `${app.url}/graphql`, team.owner.token, team.id], {
    cwd: consumer,
  });
  // Waits until the client is live.
  await new Promise<void>((found, fail) => {
    program.child.stdout?.on('data', (output) => String(output).includes('live') && found());
    program.catch(fail);
  });
  await team.spawn();
  expect((await program).stdout.split('\n')).toEqual(['connecting', 'live', 'SESSION_CREATED', '']);
});

it.each(['nodenext', 'bundler'])(
  'the packed client has types that resolve with moduleResolution %s',
  async (moduleResolution) => {
    await writeFile(join(consumer, 'typed.ts'), TYPED);
    const compilerOptions = {
      target: 'es2022',
      module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution,
      types: ['node'],
      strict: true,
      noEmit: true,
    };
    await writeFile(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['typed.ts'] }),
    );
    await run(resolve('node_modules/.bin/tsc'), ['-p', consumer]);
  },
);
