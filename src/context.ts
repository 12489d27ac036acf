/** The context of every resolver: the viewer, the request's id, and the services to answer from. */
import type { DocumentNode } from 'graphql';
import type { Logger } from 'pino';
import type { Viewer } from './auth/viewer.ts';
import type { Quotas } from './config/quotas.ts';
import type { Database } from './database/db.ts';
import type { Feed } from './feed/feed.ts';
import type { ChangeStream } from './feed/follow/stream.ts';
import type { Change } from './feed/log/change.ts';
import type { Operation } from './load/operation.ts';
import type { EventObjects, Moment, SubscriptionObjects } from './schema/feed/entityReads.ts';
import type { ImportSettings } from './services/orgImport/importSettings.ts';
import type { JobQueue } from './services/port/job.ts';
import type { PullRequestSource } from './services/port/pullRequestSource.ts';
import type { Runtime } from './services/port/runtime.ts';

/** Lives as long as the server does. */
export type Services = {
  db: Database;
  feed: Feed;
  pullRequestSource: PullRequestSource;
  jobs: JobQueue;
  runtime: Runtime;
  quotas: Quotas;
  orgImport: ImportSettings;
  log: Logger;
};

/** One context per operation; each event of a subscription gets a copy of its own. */
export type Context = Services & {
  viewer: Viewer;
  /** The id of this operation in logs, in errors and on the changes it makes. */
  requestId: string;
  /** The cursor of the feed's head before the operation began. Set when the operation selects a cursor. */
  startPosition?: string;
  /** Set within an event: the objects that it is about. */
  objects?: EventObjects;
  /** Set for a subscription: the most fields that one of its events can have. */
  cost?: number;
  /** Set while the operation is executed. */
  operation?: Operation;
  /** The document of the operation. Set while it is executed. */
  document?: DocumentNode;
  /** Aborted when the client no longer waits for the answer. Absent where the transport does not notice. */
  leaving?: AbortSignal;
  /** Absent where the transport cannot carry a subscription. */
  subscriptionTransport?: SubscriptionTransport;
};

/** A transport's part in a subscription. */
export type SubscriptionTransport = {
  /** A cursor that the transport itself received to resume after. It wins over the argument `after`. */
  readonly resumeAfter?: string;
  /**
   * Reserves a slot for a subscription that is about to be opened.
   *
   * @param cost the most fields that one of its events can have.
   * @throws {GraphQLError} when the connection has too many subscriptions or too costly ones, or the client accepts no
   *   stream.
   */
  reserve(cost: number): SubscriptionSlot;
};

/** @property body the JSON of the result. */
export type SharedResult = { readonly change: Change; readonly body: Buffer };

/** Results of consecutive events that several subscriptions receive. */
export type SharedResults = {
  readonly all: readonly SharedResult[];
  readonly last: SharedResult;
  /** Of the bodies. */
  readonly bytes: number;
};

/** One subscription's place on its connection. */
export type SubscriptionSlot = {
  /**
   * Sends heartbeats for the stream, and ends it when the viewer loses its rights.
   *
   * @returns reads the objects of its events.
   */
  attach(stream: ChangeStream, organizationId: string): SubscriptionObjects;
  /**
   * Called before each change is delivered: waits until the connection can take it. Then no other subscription of the
   * connection reads or delivers, until this event was written, its subscription is over, or `ready` is called again.
   */
  ready(change: Change): Promise<void>;
  /**
   * Writes results that were executed for many subscriptions, at once and all of them.
   *
   * @param moment when their objects were read.
   * @returns false when the connection cannot take them now. Nothing was written then.
   */
  write(results: SharedResults, moment: Moment | undefined): boolean;
  /** Ends the connection, because this process is too busy to read an event. The client comes back with its cursor. */
  overloaded(): void;
  /** Frees the slot. Called once the subscription is over, however it ended. */
  release(): void;
};
