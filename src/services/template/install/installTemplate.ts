import { z } from 'zod';
import { TemplateItemKind } from '../../../../prisma/client/enums.ts';
import { authorize } from '../../../auth/policy.ts';
import type { Tx } from '../../../database/db.ts';
import { violatedConstraint } from '../../../database/sqlError.ts';
import { PlanStaleError, TemplateConflictsError } from '../../../errors/errors.ts';
import { type Act, perform } from '../../act/act.ts';
import { line, slug, validate } from '../../act/input.ts';
import { RESOLUTIONS, type Resolved } from '../plan/plan.ts';
import { applyPlan } from './applyPlan.ts';
import { installedItem, installedItems } from './installedItem.ts';
import {
  assertForeign,
  type InstallTarget,
  type Target,
  targetOfInstall,
  targetOfResync,
} from './installTarget.ts';
import { lockTarget, vocabularyOf } from './lockTarget.ts';
import { readPlan } from './readPlan.ts';

const MAX_RESOLUTIONS = 2000;

export const resyncInput = z.object({
  resolutions: z
    .array(z.object({ kind: z.enum(TemplateItemKind), slug, resolution: z.enum(RESOLUTIONS) }))
    .max(MAX_RESOLUTIONS, `must have at most ${MAX_RESOLUTIONS} entries`)
    .nullish(),
  expectedPlanHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be the hash of a plan')
    .nullish(),
});

export const installInput = resyncInput.extend({
  name: line(1, 100).nullish(),
  release: z.int().min(1, 'must be the number of a release').nullish(),
});

type Choice = { name: string | null; resolutions: readonly Resolved[]; expectedPlanHash: string | null };

const result = z.object({
  installationId: z.guid(),
  agentId: z.guid(),
  created: z.boolean(),
  items: z.array(installedItem),
});
export type InstalledTemplate = z.output<typeof result>;

/**
 * Installs a release of a template: hires its agent and creates its vocabulary. When the template is already installed,
 * the installation is brought to the release instead.
 *
 * @throws CannotInstallIntoSourceOrgError
 * @throws TemplateConflictsError with all conflicts that no resolution resolves
 * @throws PlanStaleError
 * @throws QuotaExceededError
 */
export async function installTemplate(
  act: Act,
  { organizationId, templateSlug, ...input }: InstallTarget & z.input<typeof installInput>,
) {
  const { name = null, release, ...choice } = validate(installInput, input);
  const target = await targetOfInstall(act, { organizationId, templateSlug, release });
  return await carryOut(act, target, choiceOf({ name, ...choice }));
}

/**
 * Brings an installation to the newest release of its template.
 *
 * @throws NotInstalledError
 * @throws TemplateConflictsError with all conflicts that no resolution resolves
 * @throws PlanStaleError
 */
export async function resyncInstallation(
  act: Act,
  { installationId, ...input }: { installationId: string } & z.input<typeof resyncInput>,
) {
  const choice = validate(resyncInput, input);
  return await carryOut(act, await targetOfResync(act, installationId), choiceOf(choice));
}

function choiceOf({ name, resolutions, expectedPlanHash }: z.output<typeof installInput>): Choice {
  return {
    name: name ?? null,
    resolutions: resolutions ?? [],
    expectedPlanHash: expectedPlanHash ?? null,
  };
}

const SLUG_CONSTRAINTS = ['entity_type', 'relationship_type', 'watcher', 'classifier'].map(
  (table) => `${table}_slug_key`,
);
const ATTEMPTS = 3;

async function carryOut(act: Act, target: Target, choice: Choice) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(act, target, choice);
    } catch (error) {
      // A concurrent transaction took a slug after the plan was read. The next attempt reports a conflict or a stale
      // plan.
      const isSlugLost = SLUG_CONSTRAINTS.includes(violatedConstraint(error) ?? '');
      if (!isSlugLost || attempt === ATTEMPTS) throw error;
    }
  }
}

async function attemptOnce(act: Act, target: Target, { name, resolutions, expectedPlanHash }: Choice) {
  const { organizationId } = target;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'template.install', organizationId),
    queue: () => [vocabularyOf(organizationId)],
    lock: (tx: Tx) => lockTarget(tx, target),
    async write(tx, { viewer }) {
      assertForeign(target);
      const planned = await readPlan(tx, target, resolutions);
      const { plan } = planned;
      if (expectedPlanHash !== null && expectedPlanHash !== plan.hash) throw new PlanStaleError(plan.hash);
      if (plan.conflicts.length > 0) throw new TemplateConflictsError(plan.conflicts);
      const applied = await applyPlan(tx, { act, viewer }, planned, name);
      return { ...applied, items: installedItems(plan) };
    },
  });
}
