import type { Plugin } from 'graphql-yoga';
import { withExactNumbers } from '../../value/exactNumber.ts';

/** Keeps JSON.parse from rounding the numbers of a request's body. (No query string has numbers that would be stored.) */
export function useExactNumbers(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      if (request.method !== 'POST' || !requestParser) return;
      setRequestParser(async (sent) => {
        const body = withExactNumbers(await sent.text());
        return await requestParser(
          new fetchAPI.Request(sent.url, { method: 'POST', headers: sent.headers, body }),
        );
      });
    },
  };
}
