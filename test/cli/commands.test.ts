/** Errors of the commands: one sentence, exit code 1, and nothing done. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { graphql } from '../graphql/gql.ts';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { run } from '../support/process.ts';
import { openPsql } from '../support/psql.ts';
import { describe, expect, it } from '../support/test.ts';

/** Runs a command until it exits. */
async function muster(database: TestDatabase, args: string[], env: Record<string, string> = {}) {
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

async function expectRefusal(
  database: TestDatabase,
  args: string[],
  env: Record<string, string>,
  message: string | RegExp,
) {
  const { code, err } = await muster(database, args, env);
  expect(err).toMatch(message);
  expect(err).not.toMatch(STACK);
  expect(err.split('\n')).toHaveLength(1);
  expect(code).toBe(1);
}

function elsewhere(database: TestDatabase, change: (url: URL) => void): { DATABASE_URL: string } {
  const url = new URL(database.url);
  change(url);
  return { DATABASE_URL: url.href };
}

describe('muster migrate', () => {
  it('reports that nothing is pending on a migrated database', async ({ database }) => {
    const { code, out } = await muster(database, ['migrate', '--dry-run']);
    expect([code, out]).toEqual([0, 'Nothing is pending.\n']);
  });

  it('refuses the option --revert', async ({ database }) => {
    await expectRefusal(database, ['migrate', '--revert=1'], {}, "unknown option '--revert=1'");
  });
});

describe('muster seed', () => {
  it('runs once when three processes start at the same time, and one of them prints the token', async ({
    database,
  }) => {
    const other = await createDatabase();
    const outs = await Promise.all(
      [1, 2, 3].map(() => muster(database, ['seed'], { DATABASE_URL: other.url })),
    );
    expect(outs.map(({ code, err }) => [code, err])).toEqual(outs.map(() => [0, '']));
    const printed = outs.map(({ out }) => out.trim()).toSorted();
    expect(printed).toEqual([
      'The database is not empty: nothing was done.',
      'The database is not empty: nothing was done.',
      expect.stringMatching(/^The token of owner@demo\.example: mst_\S{43}$/),
    ]);
    await other.drop();
  });

  it('rolls back when it fails and can be run again', async ({ database }) => {
    const other = await createDatabase();
    const client = await openPsql(other.url);
    await client("ALTER TABLE session ADD CONSTRAINT no_glossary CHECK (display_name <> 'Glossary')");
    const failed = await muster(database, ['seed'], { DATABASE_URL: other.url });
    expect(failed.code).toBe(1);
    expect(await client('SELECT FROM "user"')).toEqual([]);
    expect(await client('SELECT FROM organization')).toEqual([]);
    await client('ALTER TABLE session DROP CONSTRAINT no_glossary');
    const { code, out } = await muster(database, ['seed'], { DATABASE_URL: other.url });
    expect([code, out]).toEqual([0, expect.stringContaining('The token of owner@demo.example')]);
    expect(await client('SELECT FROM session')).toHaveLength(32);
    await client.close();
    await other.drop();
  });
});

describe('muster organization create', () => {
  const Look = graphql(`
    query CommandOrganization($slug: String!) {
      viewer {
        name
      }
      organization(slug: $slug) {
        name
        viewerRole
      }
    }
  `);

  it('creates the organization of a new person, who can use the printed token', async ({ app, database }) => {
    const args = ['organization', 'create', 'first', '--owner', 'You@example.org', '--name', 'The first'];
    const { code, out, err } = await muster(database, args);
    expect([code, out]).toEqual([0, expect.stringMatching(/^mst_\S{43}\n$/)]);
    expect(err).toBe(
      "Created the organization first, owned by You@example.org (a new user). The owner's token:",
    );
    expect(await app.client(out.trim()).query(Look, { slug: 'first' })).toEqual({
      viewer: { name: 'You' },
      organization: { name: 'The first', viewerRole: 'OWNER' },
    });

    const again = await muster(database, ['organization', 'create', 'second', '--owner', 'you@example.org']);
    expect(again.err).toContain('(a known user)');
    expect(await app.client(again.out.trim()).query(Look, { slug: 'first' })).toMatchObject({
      organization: { viewerRole: 'OWNER' },
    });
    await expectRefusal(
      database,
      ['organization', 'create', 'second', '--owner', 'x@example.com'],
      {},
      'There is an organization second already.',
    );
  });

  it.for([
    ['No Slug', 'x@example.com', 'The slug must have 1 to 63 lower-case letters'],
    ['acme', 'nobody', '--owner must be an e-mail address.'],
  ])('refuses the organization %s of %s', async ([slug = '', owner = '', message = ''], { database }) => {
    await expectRefusal(database, ['organization', 'create', slug, '--owner', owner], {}, message);
  });
});

describe('muster token create', () => {
  it.for([
    ['an empty label', '', '--label must not be empty.'],
    ['a label of spaces', '  ', '--label must not be empty.'],
    ['a label of 101 characters', 'x'.repeat(101), '--label must have at most 100 characters.'],
  ] as const)('refuses %s', async ([_, label, message], { database }) => {
    await expectRefusal(
      database,
      ['token', 'create', '--email', 'x@example.com', `--label=${label}`],
      {},
      message,
    );
  });

  it('refuses an unknown user', async ({ database }) => {
    await expectRefusal(
      database,
      ['token', 'create', '--email', 'x@example.com'],
      {},
      'There is no user x@example.com.',
    );
  });

  it('accepts a label of 100 characters', async ({ psql, database }) => {
    await muster(database, ['organization', 'create', 'labels', '--owner', 'labels@example.org']);
    const label = 'é'.repeat(100);
    const { code, out } = await muster(database, [
      'token',
      'create',
      '--email',
      'labels@example.org',
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
  ['organization', 'create', 'acme', '--owner', 'x@example.com'],
  ['migrate'],
  ['start'],
];

describe.each(ASKING.map((args) => [args.join(' '), args] as const))('muster %s', (_, args) => {
  it('reports a database that it cannot reach', async ({ database }) => {
    const env = elsewhere(database, (url) => {
      url.hostname = 'nope.invalid';
    });
    await expectRefusal(
      database,
      [...args],
      env,
      /^Cannot connect to \S+ at nope\.invalid:\d+: .*nope\.invalid/,
    );
  });

  it('reports a database that refuses the login', async ({ database }) => {
    const env = elsewhere(database, (url) => {
      url.username = 'nobody';
      url.password = 'hunter2-hunter2';
    });
    const { err } = await muster(database, [...args], env);
    expect(err).not.toContain('hunter2');
    await expectRefusal(database, [...args], env, /^Cannot connect to \S+ at \S+: .*nobody/);
  });
});

describe.each(ASKING.slice(0, 3).map((args) => [args.join(' '), args] as const))('muster %s', (_, args) => {
  it('reports a database that is not migrated', async ({ database }) => {
    const empty = await createEmptyDatabase();
    const env = { DATABASE_URL: empty.url };
    await expectRefusal(
      database,
      [...args],
      env,
      /^The database lacks \d+ migrations\. Apply them first: muster migrate$/,
    );
    await empty.drop();
  });
});

describe('muster serve', () => {
  it('listens on a database without migrations, names them, and serves when they are applied', async ({
    onTestFinished,
  }) => {
    const empty = await createEmptyDatabase();
    const child = run(['serve'], { DATABASE_URL: empty.url, PORT: '0', MUSTER_SCM: 'demo' });
    onTestFinished(async () => {
      if (child.exitCode === null) child.kill('SIGKILL');
      await empty.drop();
    });
    const url = await new Promise<string>((resolve) => {
      let log = '';
      child.stdout?.on('data', (chunk) => {
        log += chunk;
        const [, found] = /"url":"([^"]+)"/.exec(log) ?? [];
        if (found) resolve(found);
      });
    });
    const ask = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
    const operation = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ viewer { id } }"}',
    };
    expect((await ask('/healthz')).status).toBe(200);
    const readiness = await ask('/readyz');
    expect(readiness.status).toBe(503);
    const { pendingMigrations } = (await readiness.json()) as { pendingMigrations: string[] };
    expect(pendingMigrations[0]).toMatch(/^\d{14}_initial$/);
    const refused = await ask('/graphql', operation);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);

    expect((await muster(empty, ['migrate'])).code).toBe(0);
    await expect.poll(async () => (await ask('/readyz')).status).toBe(200);
    expect((await ask('/graphql', operation)).status).toBe(401);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});

describe.each(['serve', 'start'])('muster %s', (command) => {
  it('reports an unknown host', async ({ database }) => {
    await expectRefusal(
      database,
      [command],
      { HOST: 'nope.invalid', LOG_LEVEL: 'silent' },
      /nope\.invalid is not known/,
    );
  });

  it('reports a host that is another machine', async ({ database }) => {
    const env = { HOST: '192.0.2.1', LOG_LEVEL: 'silent' };
    await expectRefusal(database, [command], env, /192\.0\.2\.1:4000 is no address of this machine/);
  });

  it('reports a port that is taken', async ({ database }) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const env = { PORT: String(port), LOG_LEVEL: 'silent' };
    await expectRefusal(database, [command], env, `127.0.0.1:${port} is taken by another program`);
    server.close();
  });
});

describe('muster sequencer --port', () => {
  it.for(['x', '', '-1', '1.5', '0x10', '65536', '123456'])('refuses "%s"', async (port, { database }) => {
    await expectRefusal(
      database,
      ['sequencer', `--port=${port}`],
      {},
      'Expected a whole number from 0 to 65535.',
    );
  });

  it('reports a port that is taken', async ({ database }) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const env = { LOG_LEVEL: 'silent' };
    await expectRefusal(
      database,
      ['sequencer', '--port', String(port)],
      env,
      `127.0.0.1:${port} is taken by another program. Choose another port: with PORT, or for a sequencer with --port.`,
    );
    server.close();
  });

  it('reports an unknown host', async ({ database }) => {
    const env = { HOST: 'nope.invalid', LOG_LEVEL: 'silent' };
    await expectRefusal(database, ['sequencer', '--port', '0'], env, /nope\.invalid is not known/);
  });
});
