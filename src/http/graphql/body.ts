/** Reads the body of a request: not more than the limit, and without rounding numbers. */
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { withExactNumbers } from '../../value/exactNumber.ts';
import type { NodeContext } from '../live/eventStreams.ts';

const MAX_BYTES = 1024 * 1024;

/** (No query string has numbers that would be stored.) */
export function useBody(): Plugin {
  return {
    onRequestParse({ request, serverContext, requestParser, setRequestParser }) {
      if (request.method !== 'POST' || !requestParser) return;
      const length = request.headers.get('content-length');
      if (Number(length) > MAX_BYTES) throw tooLarge();
      setRequestParser(async (sent) => {
        // Node.js ends a body at its announced length.
        const text =
          length === null
            ? await readBounded((serverContext as unknown as NodeContext).req)
            : await sent.text();
        // yoga asks the request for its JSON, and answers its SyntaxError.
        sent.json = async () => JSON.parse(withExactNumbers(text));
        return await requestParser(sent);
      });
    },
  };
}

/** The request is not destroyed: the answer is sent over its socket. */
async function readBounded(request: NodeContext['req']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function tooLarge(): GraphQLError {
  return new GraphQLError(`The body of a request may have ${MAX_BYTES} bytes.`, {
    extensions: { code: 'REQUEST_ENTITY_TOO_LARGE', http: { status: 413 } },
  });
}
