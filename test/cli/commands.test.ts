/** What the commands refuse: in one clear sentence, with exit code 1 and nothing done. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { run } from '../support/process.ts';
import { openPsql, type Psql } from '../support/psql.ts';

let database: TestDatabase;
let psql: Psql;
beforeAll(async () => {
  database = await createDatabase();
  psql = await openPsql(database.url);
});
afterAll(async () => {
  await psql.close();
  await database.drop();
});

/** Runs a command to its end. */
async function muster(args: string[], env: Record<string, string> = {}) {
  const child = run(args, { DATABASE_URL: database.url, MUSTER_SCM: 'demo', ...env });
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out, err: err.trim() };
}

const STACK = /^\s+at |node:internal|\.ts:\d/m;

async function expectRefusal(args: string[], env: Record<string, string>, message: string | RegExp) {
  const { code, err } = await muster(args, env);
  expect(err).toMatch(message);
  expect(err).not.toMatch(STACK);
  expect(err.split('\n')).toHaveLength(1);
  expect(code).toBe(1);
}

function elsewhere(change: (url: URL) => void): { DATABASE_URL: string } {
  const url = new URL(database.url);
  change(url);
  return { DATABASE_URL: url.href };
}

describe('migrate', () => {
  it('says that nothing is pending on a migrated database', async () => {
    const { code, out } = await muster(['migrate', '--dry-run']);
    expect([code, out]).toEqual([0, 'Nothing is pending.\n']);
  });

  it('knows no way back', async () => {
    await expectRefusal(['migrate', '--revert=1'], {}, "unknown option '--revert=1'");
  });
});

describe('seed', () => {
  it('is done once by processes that start at once, and one of them prints the token', async () => {
    const other = await createDatabase();
    const outs = await Promise.all([1, 2, 3].map(() => muster(['seed'], { DATABASE_URL: other.url })));
    expect(outs.map(({ code, err }) => [code, err])).toEqual(outs.map(() => [0, '']));
    const told = outs.map(({ out }) => out.trim()).toSorted();
    expect(told).toEqual([
      'The database is not empty: nothing was done.',
      'The database is not empty: nothing was done.',
      expect.stringMatching(/^The token of owner@demo\.example: mst_\S{43}$/),
    ]);
    await other.drop();
  });

  it('leaves nothing behind when it fails, and can be done again', async () => {
    const other = await createDatabase();
    const client = await openPsql(other.url);
    await client("ALTER TABLE session ADD CONSTRAINT no_grace CHECK (display_name <> 'Grace')");
    const failed = await muster(['seed'], { DATABASE_URL: other.url });
    expect(failed.code).toBe(1);
    expect(await client('SELECT FROM "user"')).toEqual([]);
    expect(await client('SELECT FROM organization')).toEqual([]);
    await client('ALTER TABLE session DROP CONSTRAINT no_grace');
    const { code, out } = await muster(['seed'], { DATABASE_URL: other.url });
    expect([code, out]).toEqual([0, expect.stringContaining('The token of owner@demo.example')]);
    expect(await client('SELECT FROM session')).toHaveLength(3);
    await client.close();
    await other.drop();
  });
});

describe('token create', () => {
  it.each([
    ['an empty label', '', '--label must not be empty.'],
    ['a label of spaces', '  ', '--label must not be empty.'],
    ['a label of 101 characters', 'x'.repeat(101), '--label must have at most 100 characters.'],
  ])('refuses %s', async (_, label, message) => {
    await expectRefusal(['token', 'create', '--email', 'x@example.com', `--label=${label}`], {}, message);
  });

  it('refuses somebody it does not know', async () => {
    await expectRefusal(
      ['token', 'create', '--email', 'x@example.com'],
      {},
      'There is no user x@example.com.',
    );
  });

  it('takes a label of 100 characters', async () => {
    await muster(['seed']);
    const label = 'é'.repeat(100);
    const { code, out } = await muster([
      'token',
      'create',
      '--email',
      'owner@demo.example',
      '--label',
      label,
    ]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^mst_\S{43}\n$/)]);
    expect(await psql('SELECT FROM token WHERE label = $1', [label])).toHaveLength(1);
  });
});

const ASKING: string[][] = [
  ['seed'],
  ['token', 'create', '--email', 'x@example.com'],
  ['migrate'],
  ['start'],
];

describe.each(ASKING.map((args) => [args.join(' '), args] as const))('%s', (_, args) => {
  it('says that the database cannot be reached', async () => {
    const env = elsewhere((url) => {
      url.hostname = 'nope.invalid';
    });
    await expectRefusal([...args], env, /^Cannot connect to \S+ at nope\.invalid:\d+: .*nope\.invalid/);
  });

  it('says that the database lets nobody in', async () => {
    const env = elsewhere((url) => {
      url.username = 'nobody';
      url.password = 'hunter2-hunter2';
    });
    const { err } = await muster([...args], env);
    expect(err).not.toContain('hunter2');
    await expectRefusal([...args], env, /^Cannot connect to \S+ at \S+: .*nobody/);
  });
});

describe.each(ASKING.slice(0, 2).map((args) => [args.join(' '), args] as const))('%s', (_, args) => {
  it('says that the database is not migrated', async () => {
    const empty = await createEmptyDatabase();
    const env = { DATABASE_URL: empty.url };
    await expectRefusal(
      [...args],
      env,
      /^The database lacks \d+ migrations\. Apply them first: muster migrate$/,
    );
    await empty.drop();
  });
});

describe.each(['serve', 'start'])('%s', (command) => {
  it('says that its host is not known', async () => {
    await expectRefusal(
      [command],
      { HOST: 'nope.invalid', LOG_LEVEL: 'silent' },
      /nope\.invalid is not known/,
    );
  });

  it('says that its host is another machine', async () => {
    const env = { HOST: '192.0.2.1', LOG_LEVEL: 'silent' };
    await expectRefusal([command], env, /192\.0\.2\.1:4000 is no address of this machine/);
  });

  it('says that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const env = { PORT: String(port), LOG_LEVEL: 'silent' };
    await expectRefusal([command], env, `127.0.0.1:${port} is taken by another program`);
    server.close();
  });
});

describe('sequencer --port', () => {
  it.each(['x', '', '-1', '1.5', '0x10', '65536', '123456'])('refuses "%s"', async (port) => {
    await expectRefusal(['sequencer', `--port=${port}`], {}, 'Expected a whole number from 0 to 65535.');
  });

  it('says that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const env = { LOG_LEVEL: 'silent' };
    await expectRefusal(
      ['sequencer', '--port', String(port)],
      env,
      `127.0.0.1:${port} is taken by another program. Choose another port: with PORT, or for a sequencer with --port.`,
    );
    server.close();
  });

  it('says that its host is not known', async () => {
    const env = { HOST: 'nope.invalid', LOG_LEVEL: 'silent' };
    await expectRefusal(['sequencer', '--port', '0'], env, /nope\.invalid is not known/);
  });
});
