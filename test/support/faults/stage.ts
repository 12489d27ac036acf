/** Real server processes over one database, those who write into it, and those who listen. */
import { inject, onTestFinished } from 'vitest';
import { FeedCursor } from '../../live/documents.ts';
import { createClient } from '../client.ts';
import { createDatabase } from '../database.ts';
import { until } from '../feed.ts';
import { type MusterProcess, startServer } from '../process.ts';
import { type SequencerProcess, startSequencerProcess } from '../sequencerProcess.ts';
import { ALL_MAKES, type Listener, type Make, startListener } from './listener.ts';
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
  /** A listener of each make in each organization, from now on, at a server or a network before one. */
  listen(url: string, makes?: Make[]): Promise<Listener[]>;
  /** Where an organization's feed is. */
  feedCursor(url: string, organization: Organization): Promise<string>;
  /** Until nothing waits for a position. */
  drained(): Promise<void>;
  /** Has somebody judged with the others. */
  add(listener: Listener): void;
  /** Waits until everybody has heard everything, and judges. To be called once, when nobody writes any more. */
  settle(): Promise<Verdict>;
};

export type StageOptions = {
  organizations?: number;
  /** A migrated database; a clone on the suite's PostgreSQL without it. */
  databaseUrl?: string;
  /** Null for none; the suite's without it, if there is one. */
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
    // A connection of the pool may be one that has just been ended.
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
  // A test that runs out of time leaves no scope, and would leave its processes behind.
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

    async listen(url, makes = ALL_MAKES) {
      const made: Listener[] = [];
      for (const organization of place.organizations) {
        const after = await feedCursor(url, organization);
        for (const make of makes) {
          made.push(startListener(make, { url, token: place.token, organization, after }));
        }
      }
      listeners.push(...made);
      return made;
    },

    async settle() {
      // Whatever was to be repeated or to come late would come before what is written last.
      await drained();
      for (const { hot } of place.organizations) await place.raise(hot.slice(0, 1));
      await drained();
      const { rows } = await place.pool.query(
        'SELECT organization_id, max(position)::int AS last FROM change_log GROUP BY 1',
      );
      const last = new Map(rows.map((row) => [row.organization_id as string, row.last as number]));
      await Promise.all(listeners.map((each) => each.heard(last.get(each.organizationId) ?? 0)));
      const verdict = await judge(place.pool, listeners);
      await Promise.all(listeners.map((each) => each.stop()));
      return verdict;
    },

    [Symbol.asyncDispose]: close,
  };
}
