import type { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import type { Act } from '../act/act.ts';
import { validate } from '../act/input.ts';
import { missingEnvironment } from './environment.ts';
import { importOrgInput } from './importOrgInput.ts';
import { type PlanResult, planResult } from './importResult.ts';
import type { ImportSettings } from './importSettings.ts';
import { readLiveWorkspaces } from './liveWorkspaces.ts';
import { planOrgImport } from './plan/planOrgImport.ts';
import { readOrgSource } from './readOrgSource.ts';

/**
 * What an import would do now. Writes nothing and locks nothing.
 * @throws InvalidOrgSourceError
 */
export async function planOrg(
  { viewer, db }: Pick<Act, 'viewer' | 'db'>,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof importOrgInput>,
  settings: ImportSettings,
): Promise<PlanResult> {
  const { source, mode, environment } = validate(importOrgInput, input);
  authorize(viewer, 'org.import', organizationId);
  const document = await readOrgSource(source, { root: settings.templatesDir });
  const plan = planOrgImport(document, await readLiveWorkspaces(db.prisma, organizationId), mode);
  return planResult(plan, missingEnvironment(document, environment, settings));
}
