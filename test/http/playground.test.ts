/** GraphiQL: there for a browser that has no token yet, and with no other server's help. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
let response: Response;
let page: string;
beforeAll(async () => {
  app = await startTestApp();
  response = await fetch(`${app.url}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
  page = await response.text();
});
afterAll(() => app.close());

it('is a page', () => {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page).toContain('<title>Muster</title>');
});

it('loads nothing: its scripts, styles and pictures are in it', () => {
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

it('begins with the tabs that tell the story', () => {
  const places = [
    'query Look',
    'subscription Listen',
    'mutation Claim',
    'mutation TakeOver',
    'query History',
  ].map((operation) => page.indexOf(operation));
  expect(places.every((place) => place > 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

it('answers no query, though one is in its address', async () => {
  const url = `${app.url}/graphql?query=${encodeURIComponent('{ viewer { id } }')}`;
  const shown = await fetch(url, { headers: { accept: 'text/html' } });
  expect(shown.headers.get('content-type')).toMatch(/^text\/html/);
  const asked = await fetch(url, { headers: { accept: 'application/json' } });
  expect(asked.status).toBe(401);
});

it('is no way around the token: a post is refused, whatever it accepts', async () => {
  const posted = await app.client().raw({ query: '{ viewer { id } }' }, { accept: 'text/html' });
  expect(posted.status).toBe(401);
});
