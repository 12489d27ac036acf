/** Refuses documents before they are parsed. */
import { Lexer, Source, TokenKind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { DOCUMENT_LIMITS, tooComplex } from './complexity.ts';

const OPENING: string[] = [TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L];
const CLOSING: string[] = [TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R];

/**
 * Parser and validation recurse into nested selections, and the parser caches every document, refused ones included. So
 * size and nesting are checked on the tokens.
 */
export function useDocumentLimits(): Plugin {
  return {
    onParse({ params }) {
      const { source } = params;
      check(source instanceof Source ? source : new Source(source));
    },
  };
}

function check(source: Source): void {
  const { characters, tokens, nesting } = DOCUMENT_LIMITS;
  if (source.body.length > characters) throw tooComplex('characters', characters, source.body.length);
  let depth = 0;
  let count = 0;
  for (const kind of tokensOf(source)) {
    count += 1;
    if (OPENING.includes(kind)) depth += 1;
    else if (CLOSING.includes(kind)) depth -= 1;
    if (count > tokens) throw tooComplex('tokens', tokens);
    if (depth > nesting) throw tooComplex('nesting', nesting);
  }
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
