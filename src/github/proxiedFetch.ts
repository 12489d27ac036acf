import { EnvHttpProxyAgent, fetch } from 'undici';
import type { HttpProxy } from '../config/config.ts';

/** `fetch` through a proxy. The one that Node.js has built in ignores the environment's proxies. */
export function proxiedFetch({ https, http, except }: HttpProxy): typeof globalThis.fetch {
  const dispatcher = new EnvHttpProxyAgent({
    // An absent option would be read from the environment.
    httpsProxy: https ?? '',
    httpProxy: http ?? '',
    noProxy: except ?? '',
  });
  const send = (url: string, init: object) => fetch(url, { ...init, dispatcher });
  return send as unknown as typeof globalThis.fetch;
}
