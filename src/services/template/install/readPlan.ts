/** Reads the input of a plan from the database, and computes the plan. */
import type { Installation } from '../../../../prisma/client/client.ts';
import type { Tx } from '../../../database/db.ts';
import { AGENT_SLUG } from '../manifest/definition.ts';
import type { Json, ManifestItem } from '../manifest/item.ts';
import type { LocalRow, Plan, PlanInput, Resolved } from '../plan/plan.ts';
import { planInstallation } from '../plan/planInstallation.ts';
import { type DefinedRow, readRows } from '../row/readRows.ts';
import { currentInstallation, type Release, releaseOf, type Target } from './installTarget.ts';

type Reading = Pick<Tx, '$queryRaw' | 'agent' | 'installation' | 'installationBinding' | 'templateRelease'>;

/** A plan with the rows that it was computed from. */
export type Planned = {
  readonly target: Target;
  readonly release: Release;
  readonly installation: Installation | null;
  readonly rows: readonly DefinedRow[];
  readonly bindings: PlanInput['bindings'];
  readonly plan: Plan;
};

/**
 * @throws NotFoundError when the template has no such release
 * @throws NotInstalledError when the installation to resync is uninstalled
 */
export async function readPlan(
  tx: Reading,
  target: Target,
  resolutions: readonly Resolved[],
): Promise<Planned> {
  const { organizationId, template } = target;
  const installation = await currentInstallation(tx, target);
  const release = await releaseOf(tx, target);
  const rows = await readRows(tx, organizationId);
  const former = await tx.installation.findMany({
    where: { organizationId, templateId: template.id, status: 'UNINSTALLED' },
    select: { id: true },
  });
  const bindings = installation
    ? await tx.installationBinding.findMany({ where: { installationId: installation.id } })
    : [];
  const agent = installation && (await agentRow(tx, installation));
  const plan = planInstallation({
    installationId: installation?.id ?? null,
    formerInstallationIds: former.map(({ id }) => id),
    release: release.manifest,
    base: [...basesOf(rows, installation)],
    local: [...rows.map(localRow), ...(agent ? [agent] : [])],
    bindings,
    resolutions,
  });
  return { target, release, installation, rows, bindings, plan };
}

function localRow({
  id,
  definition,
  archivedAt,
  installationId: managedBy,
  sourceKey,
  orphaned,
}: DefinedRow): LocalRow {
  // Only windows refer to the vocabulary from outside. They do not count, because they stay readable when their watcher
  // is archived.
  return { ...definition, id, archivedAt, managedBy, sourceKey, orphaned, referenced: false };
}

async function agentRow(
  tx: Reading,
  { id: managedBy, agentId, templateAgentId }: Installation,
): Promise<LocalRow> {
  const { role, description, config, offboardedAt } = await tx.agent.findUniqueOrThrow({
    where: { id: agentId },
  });
  return {
    kind: 'AGENT',
    slug: AGENT_SLUG,
    fields: { role, description, config: config as Json },
    id: agentId,
    archivedAt: offboardedAt,
    managedBy,
    sourceKey: templateAgentId,
    orphaned: false,
    referenced: false,
  };
}

function* basesOf(rows: readonly DefinedRow[], installation: Installation | null): Iterable<ManifestItem> {
  if (!installation) return;
  yield installation.agentBase as unknown as ManifestItem;
  for (const { base, installationId } of rows) if (base && installationId === installation.id) yield base;
}
