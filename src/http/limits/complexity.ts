/** What one operation may ask for. The figures stand in docs/configuration.md. */
import { GraphQLError } from 'graphql';

/** Of the document, before it is parsed: it bounds the time of parsing and validating. */
export const DOCUMENT_LIMITS = {
  characters: 100_000,
  tokens: 2_000,
  /** Brackets in brackets: the parser goes down one of its own calls for each. */
  nesting: 100,
};

/** Of the operation, before it is executed: it bounds what the answer can be. */
export const OPERATION_LIMITS = {
  /** The introspection query of GraphiQL needs 15. */
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

/** Says what was measured, unless nobody went on to count, and how much of it is allowed. */
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
