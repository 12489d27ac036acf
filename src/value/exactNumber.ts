/**
 * Numbers that a double cannot hold: whole numbers beyond 2^53, and those that overflow or vanish. JSON.parse and GraphQL
 * round them. Infinity stands for them here, which no JSON text spells and every check of an input refuses.
 */

/** As JSON and GraphQL spell numbers. */
const NUMBER = /^-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The value of a spelled number; Infinity when a double cannot hold it. */
export function exactNumber(spelling: string): number {
  const value = Number(spelling);
  const [, , exponent] = NUMBER.exec(spelling) ?? [];
  const vanished = value === 0 && /^[^eE]*[1-9]/.test(spelling);
  const rounded = exponent === undefined && Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return vanished || rounded ? Number.POSITIVE_INFINITY : value;
}

/** Sixteen digits, or an exponent of three. Without either, every number of a text is exact. */
const SUSPECT = /\d{16}|\d[eE][+-]?\d{3}/;
/** Strings and numbers of a JSON text. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/**
 * The same JSON text, in which 1e999 replaces every number that a double cannot hold. (A reviver of JSON.parse, which sees
 * how a number was spelled, would take a third of a second for 1 MB of numbers.)
 */
export function withExactNumbers(json: string): string {
  if (!SUSPECT.test(json) || !isJson(json)) return json;
  return json.replace(TOKEN, (token) =>
    token.startsWith('"') || Number.isFinite(exactNumber(token)) ? token : '1e999',
  );
}

/** In a text that is not JSON, a string may have no end, and the search for the end of each would take quadratic time. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
