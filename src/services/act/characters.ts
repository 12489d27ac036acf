/** Characters that a text must not contain, because it would be shown as something else than it is. */

/**
 * Embeddings, overrides and isolates of the writing direction. A text with them is shown in another order than it has, so
 * that a name passes for another and a script hides what it does. The marks that Arabic and Hebrew need are not among them.
 */
const BIDI_CONTROL = /[\u202a-\u202e\u2066-\u2069]/;

/** Line breaks and other control characters. In a name they would forge lines of a list, a log or a terminal. */
const NO_LINE = /[\p{Cc}\u2028\u2029]/u;

/** The rule that a text of several lines breaks. */
export function textFault(text: string): string | undefined {
  return BIDI_CONTROL.test(text)
    ? 'must not contain characters that override the writing direction'
    : undefined;
}

/** The rule that a text of one line breaks. */
export function lineFault(text: string): string | undefined {
  return NO_LINE.test(text) ? 'must be one line without control characters' : textFault(text);
}
