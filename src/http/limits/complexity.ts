/** The limits of one operation, and the error for exceeding them. docs/configuration.md lists the figures. */
import { GraphQLError } from 'graphql';

/** Checked before parsing: they bound the time that parsing and validation take. */
export const DOCUMENT_LIMITS = {
  characters: 100_000,
  tokens: 2_000,
  /** Brackets within brackets. The parser recurses once for each. */
  nesting: 100,
};

/** Checked before execution: they bound the answer. */
export const OPERATION_LIMITS = {
  /** GraphiQL's introspection query needs 15. */
  depth: 15,
  aliases: 30,
  cost: 100_000,
};

type Limits = typeof DOCUMENT_LIMITS & typeof OPERATION_LIMITS;

const MESSAGE: Record<keyof Limits, string> = {
  characters: 'The document is too long. Send long values as variables.',
  tokens: 'The document has too many parts. Ask for less at once.',
  nesting: 'The document is nested too deeply.',
  depth: 'The operation selects fields too deep in each other.',
  aliases: 'The operation has too many aliases. Send several operations.',
  cost: 'The answer could be too large. Ask for smaller pages, or for fewer lists in lists.',
};

/** @param found the amount; undefined where counting stopped at the limit. */
export function tooComplex(measure: keyof Limits, limit: number, found?: number): GraphQLError {
  return new GraphQLError(MESSAGE[measure], {
    extensions: {
      code: 'QUERY_TOO_COMPLEX',
      measure,
      limit,
      ...(found !== undefined && { [measure]: found }),
      http: { status: 400, spec: true },
    },
  });
}
