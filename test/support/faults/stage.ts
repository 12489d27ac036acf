/** Real server processes over one database, with writers and subscribers. */
import { inject, onTestFinished } from 'vitest';
import { FeedCursor } from '../../live/documents.ts';
import { createClient } from '../client.ts';
import { createDatabase } from '../database.ts';
import { until } from '../feed.ts';
import { type MusterProcess, startServer } from '../process.ts';
import { type SequencerProcess, startSequencerProcess } from '../sequencerProcess.ts';
import { ALL_KINDS, type ClientKind, type Listener, startListener } from './listener.ts';
import { judge, type Verdict } from './oracle.ts';
import { createPlace, type Organization, type Place } from './place.ts';
import { startWriters, type WriterOptions, type Writing } from './writers.ts';

export type Stage = AsyncDisposable & {
  place: Place;
  /** Starts `muster serve`. */
  serve(options?: string[], env?: Record<string, string>): Promise<MusterProcess>;
  /** Starts `muster sequencer`. */
  sequencer(): SequencerProcess;
  write(options: WriterOptions): Writing;
  /** Starts a client of each kind in each organization, from now on. @param url of a server or of a proxy before it. */
  listen(url: string, kinds?: ClientKind[]): Promise<Listener[]>;
  /** The organization's current cursor. */
  feedCursor(url: string, organization: Organization): Promise<string>;
  /** Waits until the outbox is empty. */
  drained(): Promise<void>;
  /** Adds a listener to those that `settle` judges. */
  add(listener: Listener): void;
  /** Waits until every listener has every change, and judges. Call once, after the last write. */
  settle(): Promise<Verdict>;
};

export type StageOptions = {
  organizations?: number;
  /** A migrated database. Default: a clone on the suite's PostgreSQL. */
  databaseUrl?: string;
  /** Null for none. Default: the suite's, if there is one. */
  redisUrl?: string | null;
};

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const database = options.databaseUrl
    ? { url: options.databaseUrl, drop: async () => {} }
    : await createDatabase();
  const place = await createPlace(database.url, options.organizations);
  const redisUrl = options.redisUrl === undefined ? inject('redisUrl') : options.redisUrl;
  const env = { DATABASE_URL: database.url, ...(redisUrl && { REDIS_URL: redisUrl }) };
  const servers: MusterProcess[] = [];
  const sequencers: SequencerProcess[] = [];
  const listeners: Listener[] = [];
  const writings: Writing[] = [];

  async function feedCursor(url: string, { slug }: Organization): Promise<string> {
    const client = createClient(url, place.token);
    const { organization } = await client.query(FeedCursor, { slug });
    if (!organization) throw new Error(`The server does not know ${slug}.`);
    return organization.feedCursor;
  }

  async function drained(): Promise<void> {
    // A test may just have ended the pool's connection.
    const isEmpty = async () =>
      (await place.pool.query('SELECT FROM change_outbox LIMIT 1')).rows.length === 0;
    await until(() => isEmpty().catch(() => false));
  }

  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    for (const writing of writings) writing.stop();
    await Promise.allSettled(writings.map((writing) => writing.done));
    await Promise.allSettled(listeners.map((each) => each.stop()));
    await Promise.all(servers.map((server) => server.stop('SIGKILL')));
    await Promise.all(sequencers.map((sequencer) => sequencer.end('SIGKILL')));
    await place.close();
    await database.drop();
  }
  const close = async () => {
    closing ??= closeAll();
    await closing;
  };
  // A test that times out never leaves its scope, so its processes are stopped here.
  onTestFinished(close);

  return {
    place,
    feedCursor,
    drained,
    add: (listener) => listeners.push(listener),

    async serve(args, more) {
      const server = await startServer({ ...env, ...more }, args);
      servers.push(server);
      return server;
    },

    sequencer() {
      const sequencer = startSequencerProcess(env);
      sequencers.push(sequencer);
      return sequencer;
    },

    write(writerOptions) {
      const writing = startWriters(place, writerOptions);
      writings.push(writing);
      return writing;
    },

    async listen(url, kinds = ALL_KINDS) {
      const made: Listener[] = [];
      for (const organization of place.organizations) {
        const after = await feedCursor(url, organization);
        for (const kind of kinds) {
          made.push(startListener(kind, { url, token: place.token, organization, after }));
        }
      }
      listeners.push(...made);
      return made;
    },

    async settle() {
      // A repeated or late event would arrive before the last written change.
      await drained();
      for (const { hot } of place.organizations) await place.raise(hot.slice(0, 1));
      await drained();
      const { rows } = await place.pool.query(
        'SELECT organization_id, max(position)::int AS last FROM change_log GROUP BY 1',
      );
      const last = new Map(rows.map((row) => [row.organization_id as string, row.last as number]));
      await Promise.all(listeners.map((each) => each.received(last.get(each.organizationId) ?? 0)));
      const verdict = await judge(place.pool, listeners);
      await Promise.all(listeners.map((each) => each.stop()));
      return verdict;
    },

    [Symbol.asyncDispose]: close,
  };
}
