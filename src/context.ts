/** What every resolver has at hand: who asks, with which request, and what to answer it from. */
import type { Viewer } from './auth/viewer.ts';
import type { Database } from './db.ts';
import type { Feed } from './feed/feed.ts';
import type { ChangeStream } from './feed/stream.ts';
import type { PullRequestSource } from './services/pullRequestFacts.ts';

/** What lives as long as the server does. */
export type Services = {
  db: Database;
  feed: Feed;
  pullRequestSource: PullRequestSource;
};

export type Context = Services & {
  viewer: Viewer;
  /** Names this operation in logs, in errors and on the changes it makes. */
  requestId: string;
  /** The feed's head before the operation began; there when the operation selects a cursor. */
  startPosition?: number;
  /** The transport takes up each stream that a subscription opens, to keep its promises, until the answer is called. */
  onSubscribed?: (stream: ChangeStream, organizationId: string) => () => void;
};
