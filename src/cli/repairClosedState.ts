import type { Config } from '../config/config.ts';
import { type RepairReport, type RepairStep, repairClosedState } from '../repair/repairClosedState.ts';
import { CommandError } from './commandError.ts';
import { withMigratedDatabase } from './databaseOf.ts';

type Options = {
  dryRun?: boolean;
  batch: number;
  reopenLive?: boolean;
  until: RepairStep;
  lockTimeout: number;
  json?: boolean;
};

/** Prints the report on the standard output, and the progress on the standard error. */
export async function repairClosedStateCommand(config: Config, options: Options): Promise<void> {
  const { dryRun = false, reopenLive = false, batch, until, lockTimeout, json } = options;
  const report = await withMigratedDatabase(config, (url) =>
    repairClosedState(url, {
      dryRun,
      batch,
      reopenLive,
      until,
      lockTimeoutMs: lockTimeout,
      log: console.error,
    }),
  );
  console.log(json ? JSON.stringify(report, null, 2) : describe(report));
  if (report.stopped !== null) throw new CommandError(report.stopped);
}

function describe({ isDryRun, found, closed, reopened, remaining, live, constraint }: RepairReport): string {
  const count = ({ withOpenStatus, withoutClosedAt }: RepairReport['found']) =>
    `${withOpenStatus + withoutClosedAt} (${withOpenStatus} with closed_at and an open status, ${withoutClosedAt} with a closed status and no closed_at)`;
  return [
    `found       ${count(found)}`,
    ...(isDryRun
      ? []
      : [`closed      ${closed}`, `reopened    ${reopened}`, `remaining   ${count(remaining)}`]),
    `live        ${live.length}`,
    ...live.map(
      ({ id, name, organization, status, closedAt, sessions }) =>
        `    ${organization}/${name}  ${id}  ${status}  closed_at ${closedAt?.toISOString() ?? 'null'}  sessions ${sessions.join(', ')}`,
    ),
    `constraint  ${CONSTRAINT_STATES[constraint]}`,
    ...(isDryRun ? ['Nothing was written.'] : []),
  ].join('\n');
}

const CONSTRAINT_STATES: Record<RepairReport['constraint'], string> = {
  ABSENT: 'absent',
  NOT_VALID: 'not validated',
  VALID: 'valid',
};
