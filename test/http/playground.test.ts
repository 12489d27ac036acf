/** The playground: served without a token and without other servers. */
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { seed } from '../../prisma/seed.ts';
import { demoPullRequests } from '../../src/github/demo.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { openPsql } from '../support/psql.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test
  .extend('config', { scope: 'file' }, { scm: 'demo' })
  .extend(
    'token',
    { scope: 'file', auto: true },
    async ({ app }) =>
      (await seed(app.app.db, { pullRequestSource: demoPullRequests(), hasDemoPullRequests: true })) ?? '',
  )
  .extend(
    'response',
    { scope: 'file' },
    async ({ app }) => await fetch(`${app.url}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } }),
  )
  .extend('page', { scope: 'file' }, async ({ response }) => await response.text());

it('the playground is an HTML page', ({ response, page }) => {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page).toContain('<title>Muster</title>');
});

it('the playground contains its scripts, styles and pictures, and loads nothing', ({ page }) => {
  // Within the scripts themselves, tags are text.
  const html = page.replaceAll(/(<(script|style)[^>]*>)[\s\S]*?<\/\2>/g, '$1');
  const loaded = [
    ...html.matchAll(/<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]+)/g),
  ];
  expect(page).toMatch(/<script/);
  expect(loaded.map(([, url]) => url?.slice(0, 40)).filter((url) => !url?.startsWith('data:'))).toEqual([]);
  const styles = [...page.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, style]) => style).join('\n');
  expect(styles).not.toMatch(/@import|url\(\s*["']?(?!data:|#)[a-z/]/i);
});

it('the playground begins with the tabs of the story, in order', ({ page }) => {
  const places = [
    'query Look',
    'mutation Claim',
    'mutation TakeOver',
    'subscription Listen',
    'mutation Offboard',
    'query History',
  ].map((operation) => page.indexOf(operation));
  expect(places.every((place) => place > 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

it('a browser that opens a query in the address gets the playground, and the query is not executed', async ({
  app,
}) => {
  const url = `${app.url}/graphql?query=${encodeURIComponent('{ viewer { id } }')}`;
  const shown = await fetch(url, { headers: { accept: 'text/html' } });
  expect(shown.headers.get('content-type')).toMatch(/^text\/html/);
  const asked = await fetch(url, { headers: { accept: 'application/json' } });
  expect(asked.status).toBe(401);
});

it('a POST that accepts HTML still needs a token', async ({ app }) => {
  const posted = await app.client().raw({ query: '{ viewer { id } }' }, { accept: 'text/html' });
  expect(posted.status).toBe(401);
});

describe('the headers of the playground', () => {
  const ask = (app: TestApp, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/graphql`, { headers: { accept: 'text/html', ...headers } });

  it('keep it out of frames', ({ response }) => {
    expect(policyOf(response)['frame-ancestors']).toEqual(["'none'"]);
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('name the sources of scripts, connections and images', async ({ response, page }) => {
    const policy = policyOf(response);
    expect(policy['default-src']).toEqual(["'none'"]);
    expect(policy['connect-src']).toEqual(["'self'"]);
    expect(policy['img-src']).toEqual(["'self'", 'data:']);
    // Exactly the scripts of the page, by their hashes: nothing inline, no `eval`, no other server.
    const scripts = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
    expect(scripts.length).toBeGreaterThan(0);
    expect(policy['script-src']).toEqual(
      scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`),
    );
    expect(page).not.toMatch(/\beval\(|\bnew Function\b|<script[^>]*\bsrc=|\son\w+="/);
  });

  it('let a browser keep it and revalidate it', async ({ response, app }) => {
    const etag = response.headers.get('etag') ?? '';
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('vary')).toMatch(/accept\b.*accept-encoding/i);
    const again = await ask(app, { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await ask(app, { 'if-none-match': 'W/"another"' })).status).toBe(200);
  });

  it('say that it is compressed, for those who can read that', async ({ response, page, app }) => {
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const plain = await ask(app, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe(page);
    const { body } = await rawly(app, { 'accept-encoding': 'gzip' });
    expect(body.length).toBeLessThan(3_000_000);
    expect(gunzipSync(body).toString()).toBe(page);
  });
});

it('the playground contains no data of the database', async ({ page, database }) => {
  const psql = await openPsql(database.url);
  const rows = await psql<{ id: string }>('SELECT id FROM organization UNION SELECT id FROM session');
  await psql.close();
  expect(rows.length).toBeGreaterThan(3);
  const decoded = page
    .slice(page.lastIndexOf('<script'))
    .replaceAll(/[\w+/]{20,}={0,2}/g, (word) => Buffer.from(word, 'base64').toString('latin1'));
  for (const { id } of rows) expect(page.includes(id) || decoded.includes(id)).toBe(false);
});

it('the playground is served while the database is away', async () => {
  const gone = await startTestApp();
  await gone.app.db.prisma.$disconnect();
  const answered = await fetch(`${gone.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(answered.status).toBe(200);
  await gone.close();
});

describe('the playground in a browser', () => {
  type Options = {
    headers: string;
    subscriptionsProtocol: string;
    defaultTabs: { query: string; headers: string }[];
  };

  /** Runs the last script of the page, which shows GraphiQL. */
  async function open(
    page: string,
    app: TestApp,
    hash: string,
    kept = new Map<string, string>(),
  ): Promise<{ options: Options; address: unknown; kept: Map<string, string> }> {
    const shown = Promise.withResolvers<Options>();
    let address: unknown;
    const script = page.slice(page.lastIndexOf('(async (root, options)'), page.lastIndexOf('</script>'));
    runInNewContext(script, {
      URLSearchParams,
      location: { hash, pathname: '/graphql', search: '' },
      history: { replaceState: (_state: unknown, _title: string, url: string) => (address = url) },
      sessionStorage: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => kept.set(key, value),
        clear: () => kept.clear(),
      },
      fetch: (path: string, init: RequestInit) => fetch(`${app.url}${path}`, init),
      window: { document: { querySelector: () => 'root' } },
      YogaGraphiQL: { renderYogaGraphiQL: (_root: unknown, options: Options) => shown.resolve(options) },
    });
    return { options: await shown.promise, address, kept };
  }

  it('moves the token from its address into its tabs, with the ids of the demo', async ({
    token,
    page,
    app,
  }) => {
    const { options, address, kept } = await open(page, app, `#token=${token}`);
    expect(address).toBe('/graphql');
    expect([...kept]).toEqual([['muster.token', token]]);
    for (const { headers } of options.defaultTabs) {
      expect(JSON.parse(headers)).toEqual({ authorization: `Bearer ${token}` });
    }
    expect(options.defaultTabs.map(({ query }) => query).join()).not.toMatch(/-IDS?\b|"CURSOR"/);
  });

  it('tells a story that happens: a takeover, of which a subscription that begins later hears', async ({
    token,
    page,
    app,
  }) => {
    const { options } = await open(page, app, `#token=${token}`);
    const [look = '', claim = '', takeOver = '', listen = '', offboard = '', history = ''] =
      options.defaultTabs.map(({ query }) => query);
    const owner = app.client(token);
    const ask = async (query: string) => (await (await owner.raw({ query })).json()) as { data: object };
    const looked = await ask(look);
    expect(looked).not.toHaveProperty('errors');
    expect(await ask(claim)).toMatchObject({ data: { claimPR: { session: { name: 'rocket-1' } } } });
    expect(await ask(takeOver)).toMatchObject({
      data: { claimPR: { takenOverFrom: [{ name: 'rocket-1' }] } },
    });

    expect(options.subscriptionsProtocol).toBe('SSE');
    const aborted = new AbortController();
    const stream = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: listen }),
      signal: aborted.signal,
    });
    let heard = '';
    for await (const chunk of stream.body ?? []) {
      heard += Buffer.from(chunk).toString();
      if (/"toSession":\{"name":"rocket-2"\}/.test(heard)) break;
    }
    aborted.abort();

    expect(await ask(offboard)).toMatchObject({
      data: {
        offboardAgent: {
          releasedRepos: [{ nameWithOwner: 'acme/ground-control' }, { nameWithOwner: 'acme/telemetry' }],
          terminatedSessions: [{ name: 'rocket-4' }, { name: 'rocket-5' }],
          revokedTokens: 1,
          agent: {
            memory: { nodes: expect.arrayContaining([{ key: 'release/next', value: expect.anything() }]) },
          },
        },
      },
    });
    const { data } = await ask(history);
    expect(data).toMatchObject({
      organization: {
        structureEvents: {
          nodes: expect.arrayContaining([
            expect.objectContaining({ type: expect.stringMatching(/offboarded/i) }),
          ]),
        },
      },
    });
    expect(JSON.stringify(data)).toContain('AGENT_OFFBOARDED');
  });

  it('with another token forgets the tabs of the one before', async ({ token, page, app }) => {
    const kept = new Map([
      ['muster.token', 'mst_of-another-database'],
      ['graphiql:tabState', 'tabs with its ids'],
    ]);
    await open(page, app, `#token=${token}`, kept);
    expect([...kept.keys()]).toEqual(['muster.token']);
  });

  it.for([
    ['without a token', '', 'Bearer PASTE-THE-TOKEN-HERE'],
    ['with a token that is not good', '#token=mst_nonsense', 'Bearer mst_nonsense'],
  ] as const)('%s keeps the placeholders in its tabs', async ([_, hash, authorization], { page, app }) => {
    const { options } = await open(page, app, hash);
    expect(JSON.parse(options.headers)).toEqual({ authorization });
    expect(options.defaultTabs[1]?.query).toContain('"A-SESSION-ID"');
    expect(options.defaultTabs[2]?.query).toContain('"ANOTHER-SESSION-ID"');
    expect(options.defaultTabs[3]?.query).toContain('"ORGANIZATION-ID"');
  });
});

/** The sources of each directive of the `Content-Security-Policy`. */
function policyOf({ headers }: Response): Record<string, string[]> {
  const directives = (headers.get('content-security-policy') ?? '').split('; ');
  return Object.fromEntries(
    directives.map((each) => {
      const [directive = '', ...sources] = each.split(' ');
      return [directive, sources];
    }),
  );
}

/** The page as it is sent, still encoded. */
async function rawly(app: TestApp, headers: Record<string, string>): Promise<{ body: Buffer }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ body: Buffer }>();
  get(`${app.url}/graphql`, { headers: { accept: 'text/html', ...headers } }, async (message) => {
    resolve({ body: await buffer(message) });
  }).once('error', reject);
  return await promise;
}
