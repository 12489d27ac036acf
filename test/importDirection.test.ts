/** The layers of docs/architecture.md and their allowed imports. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

/** The folders that know nothing of the layers above them. */
const FOUNDATION = ['value', 'load', 'config', 'database', 'errors'];

/** The folders that each folder may import, besides itself. */
const MAY_IMPORT: Record<string, { values: string[]; types: string[] }> = {
  value: { values: [], types: [] },
  load: { values: [], types: [] },
  config: { values: ['load'], types: [] },
  errors: { values: [], types: ['config'] },
  database: { values: ['load'], types: [] },
  migrations: { values: ['database'], types: [] },
  auth: { values: ['errors'], types: ['database'] },
  services: { values: ['auth', ...FOUNDATION], types: [] },
  schema: {
    values: ['auth', 'errors', 'load', 'value'],
    types: ['services', 'feed', 'config', 'database', 'context.ts'],
  },
  resolvers: {
    values: ['schema', 'services', 'feed', 'auth', 'errors', 'value'],
    types: ['database', 'context.ts'],
  },
  feed: { values: ['database', 'load'], types: [] },
  github: { values: ['services', 'errors', 'load', 'value'], types: ['config'] },
  runtime: { values: ['services'], types: [] },
  jobs: { values: ['services', 'load'], types: ['database'] },
  http: {
    values: ['schema', 'resolvers', 'feed', 'auth', 'migrations', 'database', 'load', 'value'],
    types: ['observe', 'context.ts'],
  },
  observe: { values: [], types: ['feed', 'jobs', 'config'] },
  embedded: { values: ['database'], types: [] },
  repair: { values: ['migrations', 'database', 'load'], types: [] },
  doctor: { values: ['feed', 'github', 'jobs', 'migrations'], types: ['config'] },
  cli: {
    values: [
      ...['app.ts', 'auth', 'doctor', 'embedded', 'observe', 'services', 'migrations', 'repair', 'jobs'],
      ...FOUNDATION,
    ],
    types: [],
  },
  // Every resolver depends on it, so it knows nothing of the transports.
  'context.ts': {
    values: [],
    types: ['auth', 'config', 'database', 'feed', 'load', 'schema', 'services'],
  },
  // The client runs elsewhere, in browsers too.
  client: { values: [], types: [] },
};

/** Pure predicates of the services, which throw by them. A `viewerCan…` field uses the same ones. */
const RULE = /^services\/\w+\/\w+Rule\.ts$/;

/** Packages that only one folder may import. */
const RESERVED: Record<string, (file: string) => boolean> = {
  ioredis: (file) => file.startsWith('feed/'),
  'prom-client': (file) => file.startsWith('observe/'),
  'graphql-yoga': (file) => file.startsWith('http/'),
  'graphql-ws': (file) => file.startsWith('http/'),
  '@octokit/graphql': (file) => file.startsWith('github/'),
  commander: (file) => file.startsWith('cli/'),
  'pg-boss': (file) => file.startsWith('jobs/'),
};

type Import = { file: string; target: string; isType: boolean };

const files = globSync('src/**/*.ts').map((path) => path.slice('src/'.length));

const imports: Import[] = files.flatMap((file) =>
  [
    ...readFileSync(join('src', file), 'utf8').matchAll(
      /^(?:import|export)\s+(type\s)?(?:[^;]*?\sfrom\s)?'([^']+)';/gm,
    ),
  ].map(([, type, target = '']) => ({ file, target, isType: type !== undefined })),
);

const inside = imports
  .filter(({ target }) => target.startsWith('.'))
  .map((each) => ({ ...each, target: normalize(join(dirname(each.file), each.target)) }));

const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : file);

it('the test finds the files of src and their imports', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(inside.length).toBeGreaterThan(100);
});

it('every folder of src imports only the folders that its layer may import', () => {
  const wrong = inside.filter(({ file, target, isType }) => {
    const from = folderOf(file);
    const to = folderOf(target);
    if (from === to || target.startsWith('..')) return false;
    // The entry files put everything together.
    if (from === 'app.ts' || from === 'main.ts') return false;
    const allowed = MAY_IMPORT[from];
    if (!allowed) return true;
    if (from === 'schema' && RULE.test(target)) return false;
    return !allowed.values.includes(to) && !(isType && allowed.types.includes(to));
  });
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

/** The rooms of a layer are its subfolders: `agent`, `session`, … The rooms of what nouns share know no noun. */
const SHARED_ROOMS: Record<string, string[]> = {
  schema: ['kit'],
  resolvers: ['kit'],
  services: ['act', 'port'],
};

const roomOf = (file: string): string | undefined =>
  file.split('/').length > 2 ? file.split('/')[1] : undefined;

/** The rooms that each room of a layer imports. */
function roomsOf(layer: string): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const { file, target } of inside) {
    const [from, to] = [roomOf(file), roomOf(target)];
    if (folderOf(file) !== layer || folderOf(target) !== layer || !from || !to || from === to) continue;
    rooms.set(from, (rooms.get(from) ?? new Set()).add(to));
  }
  return rooms;
}

it.each(Object.entries(SHARED_ROOMS))('%s: a shared room imports no room of a noun', (layer, shared) => {
  const rooms = roomsOf(layer);
  expect(rooms.size).toBeGreaterThan(3);
  const wrong = shared.flatMap((room) =>
    [...(rooms.get(room) ?? [])]
      .filter((target) => !shared.includes(target))
      .map((target) => `${room} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

it.each(['schema', 'resolvers'])('%s: no two rooms import each other, directly or indirectly', (layer) => {
  const rooms = roomsOf(layer);
  const reachable = (from: string, seen = new Set<string>()): Set<string> => {
    for (const room of rooms.get(from) ?? []) if (!seen.has(room)) reachable(room, seen.add(room));
    return seen;
  };
  expect([...rooms.keys()].filter((room) => reachable(room).has(room))).toEqual([]);
});

it('only its own folder imports a reserved package', () => {
  const wrong = imports.filter(({ file, target }) => {
    const owner = Object.entries(RESERVED).find(([name]) => target === name || target.startsWith(`${name}/`));
    return owner !== undefined && !owner[1](file);
  });
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

it('src/client imports graphql and nothing else', () => {
  const foreign = imports.filter(
    ({ file, target }) => file.startsWith('client/') && !target.startsWith('./'),
  );
  expect(new Set(foreign.map(({ target }) => target))).toEqual(new Set(['graphql']));
});

it('only db.ts builds a Prisma client, and only config.ts reads the environment', () => {
  const containing = (text: string) =>
    files.filter((file) => readFileSync(join('src', file), 'utf8').includes(text));
  expect(containing('new PrismaClient(')).toEqual(['database/db.ts']);
  expect(containing('process.env')).toEqual(['config/config.ts']);
});

it('every connection to PostgreSQL has the session settings', () => {
  const urls = files.flatMap((file) =>
    [...readFileSync(join('src', file), 'utf8').matchAll(/connectionString: (\w+)/g)].map(([, url]) => url),
  );
  expect(urls.length).toBeGreaterThan(5);
  expect(new Set(urls)).toEqual(new Set(['withSessionSettings']));
});

/** The folders of src/feed, lowest first. Folders of one rank do not import each other. */
const FEED_RANKS: Record<string, number> = {
  'logger.ts': 0,
  concurrency: 0,
  log: 1,
  bus: 2,
  sequence: 3,
  follow: 3,
  'publisher.ts': 4,
  'feed.ts': 5,
};

it('each folder of src/feed imports only lower ones', () => {
  const inFeed = (path: string) => path.startsWith('feed/');
  const folder = (path: string) => folderOf(path.slice('feed/'.length));
  const rank = (path: string) => FEED_RANKS[folder(path)] ?? Number.NaN;
  const wrong = inside.filter(
    ({ file, target }) =>
      inFeed(file) && inFeed(target) && folder(file) !== folder(target) && !(rank(target) < rank(file)),
  );
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});
