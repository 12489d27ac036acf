/**
 * A text with A to Z in lower case, as the SQL function `ascii_lower` returns it. Keys that ignore letter case are folded
 * by these two alone. Unicode and the locales of a database do not agree: U+212A becomes `k` in one of them, and `I`
 * becomes a dotless `ı` in another, so that one name would have two keys.
 */
export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
