import { GraphQLError } from 'graphql';
import { CursorError } from '../../feed/log/error.ts';

/** Turns a cursor's error into a GraphQL error that shows the client its code and the oldest valid cursor. */
export function publicError(error: unknown): unknown {
  if (!(error instanceof CursorError)) return error;
  return new GraphQLError(error.message, {
    extensions: { code: error.code, oldestCursor: error.oldestCursor },
  });
}
