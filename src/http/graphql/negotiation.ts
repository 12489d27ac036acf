/** Requests that are neither sent nor to be answered in a way we know. */
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { refusedResponse } from './errors.ts';

const ANSWERS =
  /\*\/\*|application\/(\*|json|graphql-response\+json)|text\/(\*|event-stream)|multipart\/(\*|mixed)/i;

/** Refuses them before anything is done, and with a body: yoga would act first, and then say nothing. */
export function useNegotiation(log: Logger): Plugin {
  return {
    onRequestParse({ request, requestParser, fetchAPI, endResponse }) {
      const refuse = (status: number, code: string, message: string) => {
        const error = new GraphQLError(message, { extensions: { code } });
        endResponse(refusedResponse(error, { status }, fetchAPI, log));
      };
      if (!ANSWERS.test(request.headers.get('accept') ?? '*/*')) {
        refuse(406, 'NOT_ACCEPTABLE', 'Accept application/graphql-response+json or application/json.');
      } else if (request.method === 'POST' && !requestParser) {
        refuse(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the operation as application/json.');
      }
    },
  };
}
