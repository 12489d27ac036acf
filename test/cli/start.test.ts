/** `npm start`: starts PostgreSQL and the server in an empty directory, stops on Ctrl-C, and keeps the data. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { graphql } from '../graphql/gql.ts';
import { createClient } from '../support/client.ts';
import { createDatabase } from '../support/database.ts';
import { run } from '../support/process.ts';
import { openPsql } from '../support/psql.ts';

const Look = graphql(`
  query StartLook {
    viewer {
      name
      organizations {
        nodes {
          slug
          viewerRole
        }
      }
    }
    organization(slug: "demo") {
      sessions {
        totalCount
      }
      pullRequests {
        totalCount
      }
    }
  }
`);

const Spawn = graphql(`
  mutation StartSpawn($projectId: ID!) {
    spawnSession(input: { projectId: $projectId }) {
      __typename
    }
  }
`);

const DemoProject = graphql(`
  query StartDemoProject {
    organization(slug: "demo") {
      project(slug: "rocket") {
        id
      }
    }
  }
`);

const directories: string[] = [];

afterEach(async () => {
  for (const directory of directories.splice(0)) {
    // When root runs it, the cluster may be in a directory that the account of the server can reach.
    const cluster = await realpath(join(directory, 'postgres')).catch(() => undefined);
    if (cluster) await rm(cluster, { recursive: true, force: true });
    await rm(directory, { recursive: true, force: true });
  }
});

it('muster start creates its database, stops on Ctrl-C and keeps its data for the next start', async () => {
  const dataDir = await newDirectory();
  const first = await start({ MUSTER_DATA_DIR: dataDir, PORT: '0' });
  expect(first.text).toMatch(/1\. Look[\s\S]*2\. Claim[\s\S]*4\. Listen/);
  const client = createClient(first.url, first.token);
  const look = await client.query(Look);
  expect(look).toMatchObject({
    viewer: { organizations: { nodes: expect.arrayContaining([{ slug: 'demo', viewerRole: 'OWNER' }]) } },
    organization: { sessions: { totalCount: 32 }, pullRequests: { totalCount: 23 } },
  });
  const { organization } = await client.query(DemoProject);
  await client.query(Spawn, { projectId: organization?.project?.id ?? '' });
  expect((await stat(join(dataDir, 'owner-token'))).mode & 0o777).toBe(0o600);
  const postmaster = await postmasterOf(dataDir);
  expect(await interrupt(first.process)).toBe(0);
  expect(() => process.kill(postmaster, 0)).toThrow();

  const second = await start({ MUSTER_DATA_DIR: dataDir, PORT: '0' });
  expect(second.token).toBe(first.token);
  const again = await createClient(second.url, second.token).query(Look);
  expect(again.organization?.sessions.totalCount).toBe(33);
  expect(await interrupt(second.process)).toBe(0);
});

it('muster start gives the demo owner the token of MUSTER_BOOTSTRAP_TOKEN', async () => {
  const started = await start({
    MUSTER_DATA_DIR: await newDirectory(),
    PORT: '0',
    MUSTER_BOOTSTRAP_TOKEN: 'a-token-of-my-own',
  });
  expect(started.token).toBe('a-token-of-my-own');
  expect((await createClient(started.url, 'a-token-of-my-own').query(Look)).viewer.name).toBe('Demo Owner');
  await interrupt(started.process);
});

it('muster start does not print a stored token that is not valid in the database', async () => {
  const [dataDir, database] = [await newDirectory(), await createDatabase()];
  const own = { MUSTER_DATA_DIR: dataDir, PORT: '0', DATABASE_URL: database.url, MUSTER_SCM: 'demo' };
  await writeFile(join(dataDir, 'owner-token'), 'mst_of-another-database\n');
  const psql = await openPsql(database.url);
  await psql(
    `WITH o AS (INSERT INTO organization (slug, name) VALUES ('somebody', 'Somebody') RETURNING id)
     INSERT INTO "user" (email, name, personal_organization_id) SELECT 'x@example.com', 'Somebody', id FROM o`,
  );
  await psql.close();
  const started = await start(own);
  expect(started.text).not.toContain('mst_of-another-database');
  expect(started.text).toMatch(/Owner token {2}none that is good for this database\. Make one:/);
  expect(started.text).toMatch(/Playground {3}http:\S+\/graphql\n/);
  await interrupt(started.process);
  await database.drop();
});

it('muster start prints MUSTER_BOOTSTRAP_TOKEN when the stored token is not valid', async () => {
  const [dataDir, database] = [await newDirectory(), await createDatabase()];
  const own = {
    MUSTER_DATA_DIR: dataDir,
    PORT: '0',
    DATABASE_URL: database.url,
    MUSTER_SCM: 'demo',
    MUSTER_BOOTSTRAP_TOKEN: 'a-token-of-my-own',
  };
  await interrupt((await start(own)).process);
  await writeFile(join(dataDir, 'owner-token'), 'mst_of-another-database\n');
  const again = await start(own);
  expect(again.token).toBe('a-token-of-my-own');
  await interrupt(again.process);
  await database.drop();
});

it('muster start stops when its terminal is closed, and stops the database that another process had started', async () => {
  const dataDir = await newDirectory();
  const own = { MUSTER_DATA_DIR: dataDir, PORT: '0' };
  const [first, postmaster] = [await start(own), await postmasterOf(dataDir)];
  const second = await start(own);
  expect(second.text).toContain('is already running');
  expect(await interrupt(first.process)).toBe(0);
  expect((await createClient(second.url, second.token).query(Look)).viewer.name).toBe('Demo Owner');
  expect(await interrupt(second.process, 'SIGHUP')).toBe(0);
  expect(() => process.kill(postmaster, 0)).toThrow();
});

it('muster start that is interrupted while it starts stops its database too', async () => {
  const dataDir = await newDirectory();
  const child = run(['start'], { MUSTER_DATA_DIR: dataDir, PORT: '0' });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  expect(await interrupt(child)).toBe(0);
  await expect(postmasterOf(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('muster start names a data directory that is a file', async () => {
  const file = join(await newDirectory(), 'file');
  await writeFile(file, '');
  const child = run(['start'], { MUSTER_DATA_DIR: file });
  const text = child.stderr ? await textOf(child.stderr) : '';
  expect(text).toBe(`MUSTER_DATA_DIR ${file} is a file; expected a directory.\n`);
  expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
});

it('muster start names every fault of the configuration at once and starts nothing', async () => {
  const child = run(['start'], { PORT: 'many', DATABASE_URL: 'mysql://x', MUSTER_SCM: 'svn' });
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  for (const name of ['PORT', 'DATABASE_URL', 'MUSTER_SCM']) expect(text).toContain(name);
});

async function postmasterOf(dataDir: string): Promise<number> {
  const pidFile = await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8');
  return Number(pidFile.split('\n')[0]);
}

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'muster-start-'));
  directories.push(directory);
  return directory;
}

async function start(env: Record<string, string>) {
  const child = run(['start'], env);
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes('Ctrl-C stops everything')) resolve();
    });
    child.once('exit', () => reject(new Error(`muster start ended: ${text}`)));
  });
  await ready;
  const url = /(http:\/\/\S+)\/graphql/.exec(text)?.[1] ?? '';
  const token = /Owner token {2}(\S+)/.exec(text)?.[1] ?? '';
  return { process: child, text, url, token };
}

async function interrupt(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code] = await exit;
  return code;
}
