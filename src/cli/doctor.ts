import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { openCheckPool } from '../database/db.ts';
import type { Status } from '../doctor/check.ts';
import { CHECKS } from '../doctor/checks.ts';
import { examine, type Result } from '../doctor/examination.ts';
import { CommandError } from './commandError.ts';
import { withDatabase } from './databaseOf.ts';

const MARKS: Record<Status, string> = {
  OK: 'ok',
  WARNING: 'warning',
  FAILURE: 'FAILURE',
  SKIPPED: 'skipped',
};

/** The exit code is 1 when a check failed, else 0. Warnings alone do not fail it. */
export async function doctorCommand(
  config: Config,
  { json = false, repair = false }: { json?: boolean; repair?: boolean },
): Promise<void> {
  await assertDatabaseExists(config);
  const results = await withDatabase(config, async (databaseUrl) => {
    const pool = openCheckPool(databaseUrl);
    try {
      return await examine(
        CHECKS,
        { config, databaseUrl, pool },
        { repair, onResult: json ? undefined : (result) => console.log(linesOf(result)) },
      );
    } finally {
      await pool.end();
    }
  });
  const isWell = results.every(({ status }) => status !== 'FAILURE');
  if (json) console.log(JSON.stringify({ isWell, checks: results }, null, 2));
  else console.log(`\n${summaryOf(results)}`);
  if (!isWell) process.exitCode = 1;
}

/** Other commands create the embedded database when there is none. An examination changes nothing. */
async function assertDatabaseExists({ databaseUrl, dataDir }: Config): Promise<void> {
  if (databaseUrl || (await stat(join(dataDir, 'postgres')).catch(() => undefined))) return;
  throw new CommandError(
    `There is no embedded database in ${dataDir} yet. Start Muster once (npm start), or set DATABASE_URL.`,
  );
}

function linesOf({ check, status, message, remedy, repaired }: Result): string {
  const lines = [`${MARKS[status].padEnd(8)} ${check.padEnd(12)} ${message}`];
  if (repaired) lines.push(`${' '.repeat(22)}repair: ${repaired}`);
  if (remedy) lines.push(`${' '.repeat(22)}→ ${remedy}`);
  return lines.join('\n');
}

function summaryOf(results: Result[]): string {
  const count = (status: Status) => results.filter((result) => result.status === status).length;
  const [failures, warnings] = [count('FAILURE'), count('WARNING')];
  if (failures === 0 && warnings === 0) return 'This installation is well.';
  const parts = [
    failures > 0 ? `${failures} ${failures === 1 ? 'check' : 'checks'} failed` : undefined,
    warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : undefined,
  ];
  return `${parts.filter(Boolean).join(', ')}. The lines with → say how to mend it.`;
}
