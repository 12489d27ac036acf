import { Command, InvalidArgumentError, Option } from 'commander';
import { type Config, ConfigurationError, loadConfig } from '../config.ts';
import { JOB_STATES } from '../jobs/listing.ts';
import { DEAD_LETTERS, QUEUES } from '../jobs/queue.ts';
import { MigrationError } from '../migrations.ts';
import { CommandError } from './commandError.ts';
import { listJobsCommand, retryJobCommand, showJobCommand } from './jobs.ts';
import { migrateCommand } from './migrate.ts';
import { seedCommand } from './seed.ts';
import { sequencerCommand } from './sequencer.ts';
import { serveCommand } from './serve.ts';
import { startCommand } from './start.ts';
import { createTokenCommand } from './token.ts';

const MAX_PORT = 65_535;

export const program = new Command('muster')
  .description('The control plane for fleets of coding agents.')
  .addHelpText('after', '\nEverything is configured by environment variables: see docs/configuration.md.');

program
  .command('start')
  .description(
    'do everything: migrate, seed when empty, serve; with its own PostgreSQL unless DATABASE_URL is set',
  )
  .action(withConfig(startCommand));

program
  .command('serve')
  .description('serve the API, on a database that was migrated')
  .option('--no-sequencer', 'never give positions in the change feed; "muster sequencer" must run elsewhere')
  .option('--no-jobs', 'leave jobs behind and never work on them; another "muster serve" must')
  .action(withConfig(serveCommand));

program
  .command('sequencer')
  .description('give positions in the change feed and nothing else, or stand by while another process does')
  .addOption(
    new Option(
      '--port <port>',
      'answer /healthz, /readyz and /metrics there, at HOST; without it, nowhere',
    ).argParser(parsePort),
  )
  .action(withConfig(sequencerCommand));

program
  .command('migrate')
  .description('apply the pending migrations')
  .option('--dry-run', 'only say which are pending')
  .action(withConfig((config, { dryRun }: { dryRun?: boolean }) => migrateCommand(config, dryRun)));

program
  .command('seed')
  .description('make the organization "demo" in an empty database, and print its owner token')
  .action(withConfig(seedCommand));

const jobs = program
  .command('jobs')
  .description('list jobs, the newest first: what runs, what waits, and what has failed for good')
  .addOption(new Option('--state <state>', 'only those in this state').choices(JOB_STATES))
  .addOption(
    new Option('--queue <queue>', 'only those of this queue').choices(
      Object.keys(QUEUES).filter((queue) => queue !== DEAD_LETTERS),
    ),
  )
  .option('--limit <number>', 'how many at most, up to 1000', '50')
  .addHelpText('after', '\nRecurring jobs that are done are listed when their queue is asked for.')
  .action(withConfig(listJobsCommand));

jobs
  .command('show <id>')
  .description('tell all that is known of a job, with what was printed at its last attempt')
  .action((id: string) => withConfig((config) => showJobCommand(config, id))({}));

jobs
  .command('retry <id>')
  .description('have a job tried again that has failed for good')
  .action((id: string) => withConfig((config) => retryJobCommand(config, id))({}));

program
  .command('token')
  .description('manage API tokens')
  .command('create')
  .description('make a token that acts for a user in all of their organizations, and print its secret')
  .requiredOption('--email <email>', 'whose token it is to be')
  .option('--label <label>', 'what it is for', 'command line')
  .action(withConfig(createTokenCommand));

/** As strict as PORT is read. */
function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= MAX_PORT) return port;
  throw new InvalidArgumentError(`Expected a whole number from 0 to ${MAX_PORT}.`);
}

/** Runs a command with the configuration, and turns what a person can mend into a message and exit code 1. */
function withConfig<Options>(command: (config: Config, options: Options) => Promise<void>) {
  return async (options: Options): Promise<void> => {
    try {
      await command(loadConfig(), options);
    } catch (error) {
      const message = messageForPeople(error);
      if (message === undefined) throw error;
      console.error(message);
      process.exitCode = 1;
    }
  };
}

function messageForPeople(error: unknown): string | undefined {
  if (
    error instanceof ConfigurationError ||
    error instanceof MigrationError ||
    error instanceof CommandError
  ) {
    return error.message;
  }
  return listeningFault(error);
}

const LISTENING_FAULTS: Record<string, string> = {
  EADDRINUSE: 'is taken by another program. Choose another port: with PORT, or for a sequencer with --port.',
  EACCES:
    'is not for every user to listen at. Choose another port: with PORT, or for a sequencer with --port.',
  EADDRNOTAVAIL: 'is no address of this machine. Choose another one with HOST.',
  ENOTFOUND: 'is not known. Choose another host with HOST.',
  EAI_AGAIN: 'is not known, or the name server does not answer. Choose another host with HOST.',
};

/** The database has messages of its own: what is left without one is where to listen. */
function listeningFault(error: unknown): string | undefined {
  const { code, syscall, address, port, hostname } = (error ?? {}) as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
    hostname?: string;
  };
  const fault = LISTENING_FAULTS[code ?? ''];
  if (!fault || (syscall !== 'listen' && syscall !== 'getaddrinfo')) return undefined;
  return `${hostname ?? `${address}:${port}`} ${fault}`;
}
