/** Computes next due times where they are missing: another program has made, enabled or changed the schedule. */
import type { Tx } from '../../database/db.ts';
import { type JobRun, transactFor } from '../port/job.ts';
import { rememberedNextRuns, type Times } from './times.ts';

const PAGE_SCHEDULES = 500;

type Missing = Times & { id: string };
/** Null when the times cannot be read. */
type Filled = Missing & { nextRunAt: Date | null };

/** Returns how many have been filled in. A schedule whose times cannot be read is disabled, and FAILED. */
export async function fillNextRuns(run: JobRun): Promise<number> {
  const nextRunOf = rememberedNextRuns(new Date());
  let filled = 0;
  for await (const page of pagesOfMissing(run)) {
    const found = page.flatMap((schedule): Filled[] => {
      const next = nextRunOf(schedule);
      // One that is never due stays as it is.
      return next === null ? [] : [{ ...schedule, nextRunAt: next ?? null }];
    });
    if (found.length > 0) filled += await transactFor(run, (tx) => store(tx, found));
  }
  return filled;
}

/** No lock was taken, so that a schedule that has changed meanwhile is left to the next run. */
async function store(tx: Tx, found: Filled[]): Promise<number> {
  return await tx.$executeRaw`
    UPDATE workspace_schedule s
       SET next_run_at = f."nextRunAt", enabled = f."nextRunAt" IS NOT NULL,
           last_run_at = CASE WHEN f."nextRunAt" IS NULL THEN now() ELSE s.last_run_at END,
           last_outcome = CASE WHEN f."nextRunAt" IS NULL THEN 'FAILED' ELSE s.last_outcome END,
           last_reason = CASE WHEN f."nextRunAt" IS NULL THEN 'INVALID_TIMES' ELSE s.last_reason END
      FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb) AS f(
        id uuid, "cronExpr" text, timezone text, "nextRunAt" timestamptz
      )
     WHERE s.id = f.id AND s.enabled AND s.next_run_at IS NULL
       AND (s.cron_expr, s.timezone) = (f."cronExpr", f.timezone)`;
}

async function* pagesOfMissing({ db, signal }: JobRun): AsyncGenerator<Missing[]> {
  for (let after: string | undefined; !signal.aborted; ) {
    const page: Missing[] = await db.prisma.workspaceSchedule.findMany({
      where: { enabled: true, nextRunAt: null, id: { gt: after } },
      select: { id: true, cronExpr: true, timezone: true },
      orderBy: { id: 'asc' },
      take: PAGE_SCHEDULES,
    });
    yield page;
    if (page.length < PAGE_SCHEDULES) return;
    after = page.at(-1)?.id;
  }
}
