import { GraphQLError } from 'graphql';
import { CursorError } from '../../feed/log/error.ts';

/** What is wrong with a cursor is the client's to know, with where to start again. */
export function publicError(error: unknown): unknown {
  if (!(error instanceof CursorError)) return error;
  return new GraphQLError(error.message, {
    extensions: { code: error.code, oldestCursor: error.oldestCursor },
  });
}
