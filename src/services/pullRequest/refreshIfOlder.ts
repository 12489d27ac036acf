/** Refreshes a pull request for its readers, at most as often as one of them asks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors/errors.ts';
import type { Act } from '../act/act.ts';
import { observePullRequest } from './observedFacts.ts';
import { recordFacts } from './recordFacts.ts';

type Reader = Pick<Act, 'viewer' | 'requestId' | 'db' | 'jobs' | 'pullRequestSource'>;

/** Longer than a fetch takes. A process that died during one blocks the next refresh for so long. */
const LOST_SECONDS = 60;
const POLL_MS = 100;

/**
 * Fetches the facts of a pull request from its host, if they are older than `maxAgeSeconds` and it was not asked within that
 * time. Of concurrent readers, in all processes, one asks and the others wait. The row of `pull_request_refresh` is held by
 * its times and not by a lock, so that no connection waits for the host. When the host does not answer, the stored facts
 * remain, and `observedAt` tells their age.
 */
export async function refreshIfOlder(
  reader: Reader,
  pullRequestId: string,
  maxAgeSeconds: number,
): Promise<void> {
  const started = await start(reader, pullRequestId, maxAgeSeconds);
  if (!started) return await othersEnd(reader, pullRequestId);
  try {
    await refresh(reader, pullRequestId);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  } finally {
    await reader.db.prisma.pullRequestRefresh.updateMany({
      where: { pullRequestId, startedAt: started },
      data: { endedAt: new Date() },
    });
  }
}

/** The time of the start, if it is this reader who has to ask. */
async function start({ db }: Reader, pullRequestId: string, maxAgeSeconds: number): Promise<Date | null> {
  const [row] = await db.prisma.$queryRaw<{ startedAt: Date }[]>`
    INSERT INTO pull_request_refresh AS r (organization_id, pull_request_id, started_at)
    SELECT p.organization_id, p.id, now() FROM pull_request p
     WHERE p.id = ${pullRequestId}::uuid AND p.observed_at < now() - ${maxAgeSeconds} * interval '1 s'
    ON CONFLICT (organization_id, pull_request_id) DO UPDATE SET started_at = excluded.started_at, ended_at = NULL
      WHERE r.started_at < now() - ${maxAgeSeconds} * interval '1 s'
        AND (r.ended_at IS NOT NULL OR r.started_at < now() - ${LOST_SECONDS} * interval '1 s')
    RETURNING started_at AS "startedAt"`;
  return row?.startedAt ?? null;
}

async function refresh(reader: Reader, pullRequestId: string): Promise<void> {
  const pullRequest = await reader.db.prisma.pullRequest.findUniqueOrThrow({ where: { id: pullRequestId } });
  const { organizationId, host, repoOwner, repoName, number, externalId } = pullRequest;
  const asked = { host, owner: repoOwner, repo: repoName, number };
  const observed = await observePullRequest(reader, organizationId, asked, 'READ');
  // Another pull request has this one's name by now.
  if (externalId && observed.facts.externalId && externalId !== observed.facts.externalId) return;
  await recordFacts(reader, { organizationId, asked, observed });
}

/** Waits while another reader asks the host. */
async function othersEnd({ db }: Reader, pullRequestId: string): Promise<void> {
  const isRunning = () =>
    db.prisma.$queryRaw<unknown[]>`
      SELECT FROM pull_request_refresh
       WHERE pull_request_id = ${pullRequestId}::uuid AND ended_at IS NULL
         AND started_at >= now() - ${LOST_SECONDS} * interval '1 s'`;
  while ((await isRunning()).length > 0) await sleep(POLL_MS);
}
