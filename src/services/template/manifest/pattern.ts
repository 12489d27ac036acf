/**
 * Restricts the regular expressions of a schema. JavaScript matches by backtracking: `(a+)+$` takes exponential time,
 * and one such pattern in a template would block the server of every organization that installs it. So a pattern is a
 * plain sequence of characters, escapes and classes, without groups, alternatives, lookarounds or backreferences. Its
 * quantifiers leave a bounded number of ways to match, and at most one of them is unbounded, in a pattern that is
 * anchored at its beginning. Such a pattern takes time linear in the text.
 */

const PATTERN_MAX_LENGTH = 256;

const MAX_COUNT = 256;

/** The highest number of combinations of counts that the bounded quantifiers of a pattern may allow. */
const MAX_WAYS = 1_000;

const ESCAPE = String.raw`\\(?:[dDwWsSntrfv]|[^A-Za-z0-9]|u[0-9A-Fa-f]{4}|[pP]\{[A-Za-z_=]+\})`;
const ATOM = String.raw`(?:\[\^?(?:${ESCAPE}|[^\]\\])+\]|${ESCAPE}|[^\\^$*+?.()[\]{}|]|\.)`;
const TERM = new RegExp(String.raw`${ATOM}(?:([*+?])|\{(\d{1,4})(?:(,)(\d{0,4}))?\})?`, 'uy');

/** The fault of a pattern; null when the pattern is allowed. */
export function patternFault(pattern: string): string | null {
  if (pattern.length > PATTERN_MAX_LENGTH) return `must have at most ${PATTERN_MAX_LENGTH} characters`;
  const isAnchored = pattern.startsWith('^');
  const end = pattern.endsWith('$') && !pattern.endsWith('\\$') ? pattern.length - 1 : pattern.length;
  let ways = 1;
  let unbounded = 0;
  for (TERM.lastIndex = isAnchored ? 1 : 0; TERM.lastIndex < end; ) {
    const term = TERM.exec(pattern);
    if (!term) return 'must be a sequence of characters, escapes and classes, without groups or alternatives';
    const { min, max } = countOf(term);
    if (min > MAX_COUNT || (max !== Infinity && max > MAX_COUNT)) return `must count to ${MAX_COUNT} at most`;
    if (max === Infinity) unbounded += 1;
    else ways *= max - min + 1;
  }
  if (unbounded > 1) return 'must have at most one of the quantifiers `*`, `+` and `{n,}`';
  if (unbounded === 1 && !isAnchored) return 'must begin with `^` when it has `*`, `+` or `{n,}`';
  if (ways > MAX_WAYS) return 'must leave fewer ways to match: narrow the ranges of its quantifiers';
  return isRegExp(pattern) ? null : 'must be a regular expression';
}

function countOf([, symbol, min, comma, max]: RegExpExecArray): { min: number; max: number } {
  if (symbol === '?') return { min: 0, max: 1 };
  if (symbol) return { min: symbol === '+' ? 1 : 0, max: Infinity };
  if (min === undefined) return { min: 1, max: 1 };
  if (comma === undefined) return { min: Number(min), max: Number(min) };
  return { min: Number(min), max: max ? Number(max) : Infinity };
}

function isRegExp(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
