import type { z } from 'zod';
import { authorize } from '../../../auth/policy.ts';
import { InvalidInputError } from '../../../errors/errors.ts';
import type { Act } from '../../act/act.ts';
import { validate } from '../../act/input.ts';
import type { Conflict } from '../plan/plan.ts';
import { type InstalledItem, installedItems } from './installedItem.ts';
import { assertForeign, targetOfInstall, targetOfResync } from './installTarget.ts';
import { installInput } from './installTemplate.ts';
import { readPlan } from './readPlan.ts';

export type InstallPlan = {
  hash: string;
  release: number;
  items: InstalledItem[];
  conflicts: readonly Conflict[];
};

type Input = {
  organizationId?: string | null;
  templateSlug?: string | null;
  installationId?: string | null;
} & z.input<typeof installInput>;

/**
 * The plan that `installTemplate` or `resyncInstallation` would carry out now with the same input. Writes nothing.
 * @throws CannotInstallIntoSourceOrgError
 * @throws NotInstalledError
 */
export async function templateInstallPlan(
  act: Pick<Act, 'db' | 'viewer'>,
  { organizationId, templateSlug, installationId, ...input }: Input,
): Promise<InstallPlan> {
  const { release, resolutions } = validate(installInput, input);
  if ((templateSlug == null) === (installationId == null)) {
    const message = 'must be given, or installationId, and not both';
    throw new InvalidInputError([{ path: 'templateSlug', message }]);
  }
  const target =
    templateSlug != null
      ? await targetOfInstall(act, { organizationId, templateSlug, release })
      : await targetOfResync(act, installationId ?? '');
  authorize(act.viewer, 'template.install', target.organizationId);
  assertForeign(target);
  const { plan, release: planned } = await readPlan(act.db.prisma, target, resolutions ?? []);
  return {
    hash: plan.hash,
    release: planned.number,
    items: installedItems(plan),
    conflicts: plan.conflicts,
  };
}
