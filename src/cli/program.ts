import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { JOB_STATES } from '../jobs/listing.ts';
import { DEAD_LETTERS, QUEUES } from '../jobs/queue.ts';
import { REPAIR_STEPS } from '../repair/repairClosedState.ts';
import type { MemberOptions, OrganizationOptions } from './organization.ts';
import { runCommand } from './runCommand.ts';

/*
 * Each action imports its command when it runs. The commands load the generated Prisma client, which a fresh clone does
 * not have; --help and --version must work all the same.
 */

const MAX_PORT = 65_535;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

export const program = new Command('muster')
  .description('The control plane for fleets of coding agents.')
  .version(version)
  .addHelpText('after', '\nEnvironment variables configure everything: see docs/configuration.md.');

program
  .command('start')
  .description(
    'migrate, seed when the database is empty, and serve; with an embedded PostgreSQL unless DATABASE_URL is set',
  )
  .action(runCommand(async () => (await import('./start.ts')).startCommand));

program
  .command('serve')
  .description('serve the API, on a migrated database')
  .option('--no-sequencer', 'do not give positions in the change feed; run "muster sequencer" elsewhere')
  .option('--no-jobs', 'do not work on jobs; another "muster serve" must')
  .action(runCommand(async () => (await import('./serve.ts')).serveCommand));

program
  .command('sequencer')
  .description('give positions in the change feed, or stand by while another process does')
  .addOption(
    new Option('--port <port>', 'serve /healthz, /readyz and /metrics on this port of HOST').argParser(
      wholeNumber(0, MAX_PORT),
    ),
  )
  .action(runCommand(async () => (await import('./sequencer.ts')).sequencerCommand));

program
  .command('migrate')
  .description('apply the pending migrations')
  .option('--dry-run', 'only list the pending ones')
  .action(
    runCommand<{ dryRun?: boolean }>(async () => {
      const { migrateCommand } = await import('./migrate.ts');
      return (config, { dryRun }) => migrateCommand(config, dryRun);
    }),
  );

program
  .command('seed')
  .description('create the organization "demo" in an empty database, and print its owner token')
  .action(runCommand(async () => (await import('./seed.ts')).seedCommand));

program
  .command('doctor')
  .description('say whether this installation is well, and how to mend what is not')
  .option('--json', 'print the results as JSON')
  .option('--repair', 'repair what can be repaired without loss')
  .addHelpText('after', '\nThe exit code is 1 when a check failed. Warnings alone do not fail it.')
  .action(runCommand(async () => (await import('./doctor.ts')).doctorCommand));

const jobs = program
  .command('jobs')
  .description('list jobs, newest first')
  .addOption(new Option('--state <state>', 'only jobs in this state').choices(JOB_STATES))
  .addOption(
    new Option('--queue <queue>', 'only jobs of this queue').choices(
      Object.keys(QUEUES).filter((queue) => queue !== DEAD_LETTERS),
    ),
  )
  .option('--limit <number>', 'at most this many, up to 1000', '50')
  .addHelpText('after', '\nRecurring jobs that are done are listed only with --queue.')
  .action(runCommand(async () => (await import('./jobs.ts')).listJobsCommand));

jobs
  .command('show <id>')
  .description('print all that is known of a job, with the output of its last attempt')
  .action((id: string) =>
    runCommand(async () => {
      const { showJobCommand } = await import('./jobs.ts');
      return (config) => showJobCommand(config, id);
    })({}),
  );

jobs
  .command('retry <id>')
  .description('retry a job that has failed for good')
  .action((id: string) =>
    runCommand(async () => {
      const { retryJobCommand } = await import('./jobs.ts');
      return (config) => retryJobCommand(config, id);
    })({}),
  );

const organization = program.command('organization').description('manage organizations');

organization
  .command('create <slug>')
  .description('create an organization, and print a token of its owner')
  .requiredOption(
    '--owner <email>',
    "the owner's e-mail address; a person whom Muster does not know is created",
  )
  .option('--name <name>', "the organization's name (default: its slug)")
  .option('--owner-name <name>', "a new owner's name (default: the part of the address before the @)")
  .option('--grant <repositories...>', 'let the organization ask hosts about these repositories')
  .action((slug: string, options: OrganizationOptions) =>
    runCommand<OrganizationOptions>(async () => {
      const { createOrganizationCommand } = await import('./organization.ts');
      return (config) => createOrganizationCommand(config, slug, options);
    })(options),
  );

organization
  .command('add-member <organization>')
  .description('make a user a member at once, without an invitation')
  .requiredOption('--email <email>', "the user's e-mail address")
  .option('--name <name>', 'the name of a user who is new; the name in this organization of any other')
  .addOption(
    new Option('--role <role>', 'what the member may do')
      .choices(['OWNER', 'ADMIN', 'MEMBER'])
      .default('MEMBER'),
  )
  .action((slug: string, options: MemberOptions) =>
    runCommand<MemberOptions>(async () => {
      const { addMemberCommand } = await import('./organization.ts');
      return (config, given) => addMemberCommand(config, slug, given);
    })(options),
  );

program
  .command('grant <organization> [repositories...]')
  .description('let an organization ask hosts about repositories, or list what is granted to it')
  .option('--revoke', 'take the grants of these repositories back')
  .addHelpText(
    'after',
    '\nA repository is <host>/<owner>/<repo>, <host>/<owner> for all of an owner, <host>, or "*".',
  )
  .action((slug: string, repositories: string[], options) =>
    runCommand<{ revoke?: boolean }>(async () => {
      const { grantCommand } = await import('./grant.ts');
      return (config, given) => grantCommand(config, slug, repositories, given);
    })(options),
  );

const token = program.command('token').description('manage API tokens');

token
  .command('create')
  .description('create a token that acts for a user in all of its organizations, and print its secret')
  .requiredOption('--email <email>', "the user's e-mail address")
  .option('--name <name>', 'create the user under this name when it is new')
  .option('--label <label>', 'what the token is for', 'command line')
  .action(runCommand(async () => (await import('./token.ts')).createTokenCommand));

token
  .command('list')
  .description('list the valid tokens, newest first')
  .option('--email <email>', 'only those that act for this user')
  .option('--organization <organization>', 'only those that work in this organization alone')
  .option('--all', 'also revoked and expired ones')
  .action(runCommand(async () => (await import('./token.ts')).listTokensCommand));

token
  .command('revoke <token>')
  .description('revoke the token with this id or prefix, and what was made with it')
  .action((name: string) =>
    runCommand(async () => {
      const { revokeTokenCommand } = await import('./token.ts');
      return (config) => revokeTokenCommand(config, name);
    })({}),
  );

program
  .command('db')
  .description('repair the rows of a database')
  .command('repair-closed-state')
  .description(
    'repair execution workspaces whose closed_at and status contradict each other, while writers go on',
  )
  .option('--dry-run', 'only count the contradictions and list those with a live session')
  .addOption(
    new Option('--batch <rows>', 'how many rows one transaction changes at most')
      .argParser(wholeNumber(1, 10_000))
      .default(500),
  )
  .option(
    '--reopen-live',
    'clear closed_at where a session is live; otherwise stop before the CHECK is added',
  )
  .addOption(new Option('--until <step>', 'the last step').choices(REPAIR_STEPS).default('validate'))
  .addOption(
    new Option('--lock-timeout <milliseconds>', 'how long a statement waits for a lock before it is retried')
      .argParser(wholeNumber(10, 60_000))
      .default(500),
  )
  .option('--json', 'print the report as JSON')
  .addHelpText('after', '\nThe order of a rollout: see docs/execution-workspaces-rollout.md.')
  .action(runCommand(async () => (await import('./repairClosedState.ts')).repairClosedStateCommand));

/** As strict as the environment variables that are numbers. */
function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,5}$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}
