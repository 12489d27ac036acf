/** Serves the playground, GraphiQL, to browsers that open the address of the API. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodePage, encodingFor, type Page } from './encoding.ts';
import { renderPage } from './page.ts';
import { sendSlices } from './sendSlices.ts';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // Megabytes that change only with the version: browsers keep them, and revalidate with the hash.
  'cache-control': 'no-cache',
  vary: 'accept, accept-encoding',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

/** Made once per process: all requests share its buffers. */
let page: Promise<Page> | undefined;

/** Whether the client is a browser that opens a page, and no program that sends a query. */
export function wantsPlayground({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && (headers.accept?.includes('text/html') ?? false);
}

/** Needs no token: the page contains no data, and queries with the token of its user. */
export async function sendPlayground(request: IncomingMessage, response: ServerResponse): Promise<void> {
  page ??= encodePage(renderPage());
  const { bodies, etag, policy } = await page;
  const headers = { ...HEADERS, etag, 'content-security-policy': policy };
  if (request.headers['if-none-match']?.includes(etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const encoding = encodingFor(request.headers['accept-encoding']);
  const body = bodies[encoding];
  response.writeHead(200, {
    ...headers,
    'content-length': body.length,
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  });
  await sendSlices(response, body);
}
