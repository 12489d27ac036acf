/** What a text may mean: words, the name of a session, and the reference of a pull request. */

import { badInput } from '../../schema/kit/badInput.ts';
import { type PullRequestRef, readPullRequestRef } from '../../services/pullRequest/pullRequestRef.ts';
import { asciiLower } from '../../value/asciiLower.ts';

export type Terms = {
  /** The whole text, with A to Z in lower case and single blanks. */
  text: string;
  words: string[];
  session?: { slug: string; num: number };
  pullRequest?: PullRequestRef;
};

export const MAX_QUERY_LENGTH = 100;
const SESSION_NAME = /^(.+)-([1-9]\d{0,8})$/;

/** @throws BAD_USER_INPUT */
export function parseTerms(query: string): Terms {
  const { length } = [...query.trim()];
  if (length === 0 || length > MAX_QUERY_LENGTH || query.includes('\0') || !query.isWellFormed()) {
    throw badInput(`query must have 1 to ${MAX_QUERY_LENGTH} characters, without a NUL character.`);
  }
  const words = asciiLower(query.trim()).split(/\s+/);
  const text = words.join(' ');
  const [, slug, num] = SESSION_NAME.exec(text) ?? [];
  return {
    text,
    words,
    session: slug && num ? { slug, num: Number(num) } : undefined,
    pullRequest: readPullRequestRef(query),
  };
}
