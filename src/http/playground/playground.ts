/** The playground: GraphiQL, for a browser that opens the address of the API. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import { renderPage } from './page.ts';

type Page = { zipped: Buffer<ArrayBuffer>; etag: string };

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // Megabytes that change with the version only: kept, and asked for again by their hash.
  'cache-control': 'no-cache',
  vary: 'accept, accept-encoding',
  // The page holds a token: no other may put it in a frame, and steer a click into it.
  'content-security-policy': "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Needs no token, and knows nothing: it asks with one. */
export function usePlayground(): Plugin {
  let made: Promise<Page> | undefined;
  return {
    async onRequest({ request, fetchAPI: { Response }, endResponse }) {
      if (request.method !== 'GET' || !request.headers.get('accept')?.includes('text/html')) return;
      made ??= makePage();
      const { zipped, etag } = await made;
      const headers = { ...HEADERS, etag };
      if (request.headers.get('if-none-match')?.includes(etag)) {
        endResponse(new Response(null, { status: 304, headers }));
      } else if (/\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) {
        endResponse(new Response(zipped, { headers: { ...headers, 'content-encoding': 'gzip' } }));
      } else {
        endResponse(new Response(renderPage(), { headers }));
      }
    },
  };
}

async function makePage(): Promise<Page> {
  const zipped = await promisify(gzip)(renderPage());
  // Weak: it stands for the page in either encoding.
  return { zipped, etag: `W/"${createHash('sha256').update(zipped).digest('base64url')}"` };
}
