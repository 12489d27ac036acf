/** Keeps the end of a program's output. */

const MAX_BYTES = 16 * 1024;
/** Control characters: PostgreSQL's JSON refuses some, and others would control a terminal that shows the log. */
const UNPRINTABLE = /[\p{Cc}--[\n\t]]/gv;
const REDACTED = '[redacted]';

export type Tail = {
  add(chunk: Buffer): void;
  /** The output as text, without the secret. */
  text(): string;
};

/** @param secret redacted where the program printed it. */
export function createTail(secret?: string): Tail {
  let kept = Buffer.alloc(0);
  let isCut = false;
  return {
    add(chunk) {
      const all = Buffer.concat([kept, chunk]);
      isCut ||= all.length > MAX_BYTES;
      kept = all.subarray(-MAX_BYTES);
    },
    text() {
      const text = kept.toString('utf8').replace(UNPRINTABLE, '�');
      if (secret === undefined) return text;
      const shown = text.replaceAll(secret, REDACTED);
      // The cut may have left the end of the secret at the start of the text, where it cannot be recognized.
      return isCut ? shown.slice(secret.length) : shown;
    },
  };
}
