import type { Check } from './check.ts';
import { clockCheck } from './checks/clock.ts';
import { constraintsCheck } from './checks/constraints.ts';
import { databaseCheck } from './checks/database.ts';
import { diskCheck } from './checks/disk.ts';
import { githubCheck } from './checks/github.ts';
import { jobsCheck } from './checks/jobs.ts';
import { migrationsCheck } from './checks/migrations.ts';
import { redisCheck } from './checks/redis.ts';
import { retentionCheck } from './checks/retention.ts';
import { sequencerCheck } from './checks/sequencer.ts';
import { settingsCheck } from './checks/settings.ts';
import { standingsCheck } from './checks/standings.ts';
import { triggersCheck } from './checks/triggers.ts';

/** Every check, in the order in which it is made: a check comes after those that it needs. */
export const CHECKS: readonly Check[] = [
  databaseCheck,
  settingsCheck,
  migrationsCheck,
  triggersCheck,
  constraintsCheck,
  standingsCheck,
  sequencerCheck,
  retentionCheck,
  jobsCheck,
  clockCheck,
  redisCheck,
  githubCheck,
  diskCheck,
];
