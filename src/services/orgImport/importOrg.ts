import type { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { isLockTimeout, isUnavailable, violatedConstraint } from '../../database/sqlError.ts';
import {
  ImportInProgressError,
  PlanStaleError,
  TooManyRemovalsError,
  UserError,
  WorkspaceTooDeepError,
} from '../../errors/errors.ts';
import { isBusy } from '../../load/busy.ts';
import { createLimiter } from '../../load/limiter.ts';
import { type Act, type ActResult, perform } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { holdQuota } from '../act/quota.ts';
import type { Author } from '../act/structureEvent.ts';
import { MAX_LEVELS } from '../workspace/subtree.ts';
import { lockOrgTree } from '../workspace/workspace.ts';
import { applyPlan } from './applyPlan.ts';
import { assertEnvironment, missingEnvironment, warningsOf } from './environment.ts';
import { type ImportOrgInput, importOrgInput } from './importOrgInput.ts';
import { completeImport, failImports, holdImport, newImportId, startImport } from './importRecord.ts';
import { type ImportResult, importResult, planResult } from './importResult.ts';
import type { ImportSettings } from './importSettings.ts';
import { readLiveWorkspaces } from './liveWorkspaces.ts';
import type { OrgImportPlan } from './plan/plan.ts';
import { planOrgImport } from './plan/planOrgImport.ts';
import { planOrg } from './planOrg.ts';
import { readOrgSource } from './readOrgSource.ts';

/** Writing ten thousand workspaces takes seconds. */
const TIMEOUT_MS = 120_000;

/**
 * Limits the imports that run at the same time in one process. Each holds a connection while it waits for the
 * organization's lock, and needs a second one to commit its start. Without a limit, waiting imports could take every
 * connection of the pool.
 */
const limiter = createLimiter(6);

/**
 * Imports a document into the tree of an organization, in one transaction. The start and the failure of the import are
 * committed in transactions of their own, so that they outlast a rollback. An import starts when its source has been
 * read: a source that cannot be read has no name, and no import is recorded.
 *
 * @throws InvalidOrgSourceError
 * @throws MissingEnvironmentError
 * @throws ImportInProgressError
 * @throws PlanStaleError
 * @throws TooManyRemovalsError
 * @throws WorkspaceTooDeepError
 * @throws QuotaExceededError
 */
export async function importOrg(
  act: Act,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof importOrgInput>,
  settings: ImportSettings,
): Promise<ActResult<ImportResult>> {
  const request = validate(importOrgInput, input);
  authorize(act.viewer, 'org.import', organizationId);
  if (request.dryRun) {
    const plan = await planOrg(act, { organizationId, ...input }, settings);
    return { importId: null, plan, requestId: act.requestId, position: null, isRepetition: false };
  }
  return await limiter(organizationId, () => carryOut(act, organizationId, request, settings));
}

async function carryOut(
  act: Act,
  organizationId: string,
  { source, mode, environment, ...expected }: ImportOrgInput,
  settings: ImportSettings,
): Promise<ActResult<ImportResult>> {
  const { requestId } = act;
  const auditFailed = (err: unknown) =>
    settings.log.error({ err, requestId }, 'an import goes on without an entry in the audit trail');
  const by = { ...act, auditFailed };
  let started: string | undefined;
  try {
    return await perform(act, {
      organizationId,
      timeoutMs: TIMEOUT_MS,
      result: importResult,
      authorize: (viewer) => authorize(viewer, 'org.import', organizationId),
      prepare: () => readOrgSource(source, { root: settings.templatesDir, lane: organizationId }),
      // Imports have a limit of their own, and tell of their start before they wait.
      queue: () => [],
      async lock(tx, document) {
        const unmet = missingEnvironment(document, environment, settings);
        const importId = started ?? (await newImportId(tx));
        await holdImport(tx, importId);
        // The start is recorded under the lock of the idempotency key: a concurrent call with the same key waits for that
        // lock and then repeats the first result, so it records no second start.
        if (started === undefined) {
          const warnings = warningsOf(document, unmet);
          await startImport(act.db, by, { importId, organizationId, document, mode, warnings });
          started = importId;
        }
        assertEnvironment(unmet, act.runtime);
        await lockTree(tx, organizationId);
        return { importId, unmet };
      },
      async write(tx, { prepared: document, locked: { importId, unmet }, viewer }) {
        const plan = planOrgImport(document, await readLiveWorkspaces(tx, organizationId), mode);
        assertExpected(plan, expected);
        const application = {
          organizationId,
          importId,
          documentName: document.name,
          plan,
          hiredById: viewer.id,
        };
        const { workspaceIds, onlineCount } = await applyPlan(tx, by, application);
        if (plan.counts.created > 0) await holdQuota(tx, act.quotas, 'AGENTS', organizationId);
        await completeImport(tx, by, importId, plan, onlineCount);
        return { importId, plan: planResult(plan, unmet, workspaceIds) };
      },
    });
  } catch (thrown) {
    const error =
      violatedConstraint(thrown) === 'workspace_depth_check' ? new WorkspaceTooDeepError(MAX_LEVELS) : thrown;
    if (started !== undefined) await noteFailure(by, started, error, settings);
    throw error;
  }
}

async function lockTree(tx: Tx, organizationId: string): Promise<void> {
  try {
    await lockOrgTree(tx, organizationId);
  } catch (error) {
    throw isLockTimeout(error) ? new ImportInProgressError() : error;
  }
}

function assertExpected(
  { hash, counts }: OrgImportPlan,
  { expectedPlanHash, maxRemovals }: Pick<ImportOrgInput, 'expectedPlanHash' | 'maxRemovals'>,
): void {
  if (expectedPlanHash != null && expectedPlanHash !== hash) throw new PlanStaleError(hash);
  if (maxRemovals != null && counts.removed > maxRemovals) {
    throw new TooManyRemovalsError(counts.removed, maxRemovals);
  }
}

/** Records the failure in a transaction of its own. When that fails too, the sweep of abandoned imports records it. */
async function noteFailure(
  by: Act & Author,
  importId: string,
  error: unknown,
  { log }: ImportSettings,
): Promise<void> {
  const { viewer: actor, requestId } = by;
  try {
    await by.db.transact({ actor, requestId }, (tx) => failImports(tx, by, [importId], reasonOf(error, by)));
  } catch (err) {
    log.warn({ err, importId, requestId }, 'the failure of an import could not be noted yet');
  }
}

/** Returns the reason of a failure without internal details. */
function reasonOf(error: unknown, { requestId }: Act): string {
  if (error instanceof UserError) return `${error.code}: ${error.message}`;
  if (isBusy(error)) return error.message;
  if (isUnavailable(error)) return 'The database was not available.';
  return `Something went wrong on our side. Request id: ${requestId}.`;
}
