/** Refuses documents before they are parsed. */
import { Lexer, Source, TokenKind } from 'graphql';
import { DOCUMENT_LIMITS, tooComplex } from './complexity.ts';

const OPENING: string[] = [TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L];
const CLOSING: string[] = [TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R];

/**
 * Parser and validation recurse into nested selections. So size and nesting are checked on the tokens.
 *
 * @returns the number of tokens.
 * @throws {GraphQLError} QUERY_TOO_COMPLEX.
 */
export function checkDocument(text: string): number {
  const { characters, tokens, nesting } = DOCUMENT_LIMITS;
  if (text.length > characters) throw tooComplex('characters', characters, text.length);
  let depth = 0;
  let count = 0;
  for (const kind of tokensOf(new Source(text))) {
    count += 1;
    if (OPENING.includes(kind)) depth += 1;
    else if (CLOSING.includes(kind)) depth -= 1;
    if (count > tokens) throw tooComplex('tokens', tokens);
    if (depth > nesting) throw tooComplex('nesting', nesting);
  }
  return count;
}

/** Stops at the end or at a syntax error, which the parser reports. */
function* tokensOf(source: Source): Generator<string> {
  const lexer = new Lexer(source);
  for (;;) {
    try {
      if (lexer.advance().kind === TokenKind.EOF) return;
    } catch {
      return;
    }
    yield lexer.token.kind;
  }
}
