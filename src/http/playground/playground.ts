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
  // The page holds a token. In another site's frame, a click could be steered into it.
  'content-security-policy': "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
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
  const { bodies, etag } = await page;
  if (request.headers['if-none-match']?.includes(etag)) {
    response.writeHead(304, { ...HEADERS, etag }).end();
    return;
  }
  const encoding = encodingFor(request.headers['accept-encoding']);
  const body = bodies[encoding];
  response.writeHead(200, {
    ...HEADERS,
    etag,
    'content-length': body.length,
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  });
  await sendSlices(response, body);
}
