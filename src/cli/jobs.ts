import type { Config } from '../config/config.ts';
import { type Database, openDatabase } from '../database/db.ts';
import { createBoss } from '../jobs/boss.ts';
import { retryDeadLetter } from '../jobs/deadLetter.ts';
import { type JobState, type ListedJob, listJobs } from '../jobs/listing.ts';
import type { QueueName } from '../jobs/queue.ts';
import { createLogger } from '../observe/log.ts';
import { CommandError } from './commandError.ts';
import { withMigratedDatabase } from './databaseOf.ts';
import { tableLines, timeCell } from './table.ts';

const MAX_LISTED = 1_000;
/** Of a job's result or error in the list. `muster jobs show` prints all of it. */
const MAX_SUMMARY_CHARACTERS = 160;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function listJobsCommand(
  config: Config,
  { state, queue, limit }: { state?: JobState; queue?: QueueName; limit: string },
): Promise<void> {
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > MAX_LISTED) {
    throw new CommandError(`--limit takes a number from 1 to ${MAX_LISTED}.`);
  }
  const jobs = await withJobs(config, ({ jobPool }) =>
    listJobs(jobPool, { state, queue, limit: Number(limit) }),
  );
  if (jobs.length === 0) console.log('There are no such jobs.');
  else console.log(table(jobs));
}

export async function showJobCommand(config: Config, id: string): Promise<void> {
  assertId(id);
  const [job] = await withJobs(config, ({ jobPool }) => listJobs(jobPool, { id, limit: 1 }));
  if (!job) throw new CommandError(`There is no job ${id}.`);
  const { message, output, stack: _, ...rest } = asObject(job.output);
  const lines = [table([{ ...job, output: null }]), `data  ${JSON.stringify(job.data)}`];
  if (message !== undefined) lines.push(`error  ${message}`);
  if (Object.keys(rest).length > 0) lines.push(`result  ${JSON.stringify(rest, null, 2)}`);
  if (output !== undefined) lines.push(`output\n${output}`);
  console.log(lines.join('\n'));
}

export async function retryJobCommand(config: Config, id: string): Promise<void> {
  assertId(id);
  const queue = await withJobs(config, (db) =>
    retryDeadLetter(db.jobPool, createBoss(db, createLogger({ level: 'warn' })), id),
  );
  if (queue === undefined) throw new CommandError(`There is no job ${id} that has failed for good.`);
  console.log(`It waits in ${queue} again, with all its attempts anew.`);
}

function assertId(id: string): void {
  if (!UUID.test(id))
    throw new CommandError(`${JSON.stringify(id)} is no id of a job. "muster jobs" lists them.`);
}

async function withJobs<Result>(config: Config, work: (db: Database) => Promise<Result>): Promise<Result> {
  return await withMigratedDatabase(config, async (url) => {
    const db = openDatabase(url);
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  });
}

const HEADINGS = ['ID', 'QUEUE', 'STATE', 'ATTEMPTS', 'CREATED', 'STARTED', 'ENDED'];

/** A row for each job, and an indented line below it with its result or error. */
function table(jobs: ListedJob[]): string {
  const rows = jobs.map(({ id, queue, state, attempts, maxAttempts, ...times }) => [
    id,
    queue,
    state,
    `${attempts}/${maxAttempts}`,
    timeCell(times.createdAt),
    timeCell(times.startedAt),
    timeCell(times.endedAt),
  ]);
  const [headings = '', ...lines] = tableLines(HEADINGS, rows);
  return [headings, ...jobs.flatMap((job, index) => [lines[index] ?? '', ...summary(job)])].join('\n');
}

function summary({ state, dueAt, output }: ListedJob): string[] {
  const { message, value, outcome, ...rest } = asObject(output);
  const parts = [
    state === 'retrying' ? `again at ${timeCell(dueAt)}` : undefined,
    message ?? asObject(value).message ?? outcome,
    message === undefined && value === undefined && outcome === undefined && Object.keys(rest).length > 0
      ? JSON.stringify(rest)
      : undefined,
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return [];
  const text = parts.join(': ').replaceAll(/\s+/g, ' ');
  return [
    `    ${text.length > MAX_SUMMARY_CHARACTERS ? `${text.slice(0, MAX_SUMMARY_CHARACTERS)} …` : text}`,
  ];
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
