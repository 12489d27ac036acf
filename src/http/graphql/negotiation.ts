/** Refuses requests that are not in a format of GraphQL over HTTP, or that accept no format of an answer. */
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { refusedResponse } from './errors.ts';

const ANSWERS =
  /\*\/\*|application\/(\*|json|graphql-response\+json)|text\/(\*|event-stream)|multipart\/(\*|mixed)/i;

/** A form of another site can send neither. */
const JSON_BODY = /^application\/(graphql\+)?json\s*(;|$)/;

/** Before execution and with a body: yoga would execute the operation first, and then answer with an empty body. */
export function useNegotiation(log: Logger): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI, endResponse }) {
      const refuse = (status: number, code: string, message: string) => {
        const error = new GraphQLError(message, { extensions: { code } });
        endResponse(refusedResponse(error, { status }, fetchAPI, log));
      };
      if (!ANSWERS.test(request.headers.get('accept') ?? '*/*')) {
        refuse(406, 'NOT_ACCEPTABLE', 'Accept application/graphql-response+json or application/json.');
      } else if (request.method === 'POST' && !JSON_BODY.test(request.headers.get('content-type') ?? '')) {
        refuse(
          415,
          'UNSUPPORTED_MEDIA_TYPE',
          'Send the operation as JSON, with the header `content-type: application/json`.',
        );
      } else if (requestParser) {
        setRequestParser(async (parsed) => {
          try {
            return await requestParser(parsed);
          } catch (error) {
            throw error instanceof SyntaxError ? notJson() : error;
          }
        });
      }
    },
  };
}

/** yoga reports this of a body, but not of `variables` and `extensions` in a query string. */
function notJson(): GraphQLError {
  return new GraphQLError('Send `variables` and `extensions` as JSON.', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}
