/** The last of what a program printed. */

const MAX_BYTES = 16 * 1024;
/** What no log and no JSON of PostgreSQL's takes, or what commands a terminal. */
const UNPRINTABLE = /[\p{Cc}--[\n\t]]/gv;
const REDACTED = '[redacted]';

export type Tail = {
  add(chunk: Buffer): void;
  /** As text, without the secret. */
  text(): string;
};

/** @param secret never shown, although the program may have printed it. */
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
      // The cut may have left the end of the secret, which looks like nothing in particular.
      return isCut ? shown.slice(secret.length) : shown;
    },
  };
}
