import type { Prisma } from '../../../../prisma/client/client.ts';
import type { Viewer } from '../../../auth/viewer.ts';
import type { Tx } from '../../../database/db.ts';
import type { Act } from '../../act/act.ts';
import { recordStructureEvent } from '../../act/structureEvent.ts';
import { hire } from '../../agent/hire.ts';
import type { Json, ManifestItem } from '../manifest/item.ts';
import { itemKey } from '../plan/key.ts';
import type { PlanItem } from '../plan/plan.ts';
import type { Planned } from './readPlan.ts';
import { rowWrites } from './rowWrite.ts';
import { writeBindings } from './writeBindings.ts';
import { type Place, writeRows } from './writeRows.ts';
import { newIds } from './writeVersions.ts';

type By = { act: Act; viewer: Viewer };

export type Applied = { installationId: string; agentId: string; created: boolean };

/** Carries out a plan without conflicts. A plan that changes nothing writes no row and records no event. */
export async function applyPlan(tx: Tx, by: By, planned: Planned, name: string | null): Promise<Applied> {
  const { plan, release, installation } = planned;
  const agent = plan.items.find(({ kind }) => kind === 'AGENT');
  const base = release.manifest.items.find(({ kind }) => kind === 'AGENT');
  if (agent?.kind !== 'AGENT' || base?.kind !== 'AGENT') throw new Error('A release has no agent.');

  const place = installation
    ? { ...placeOf(planned, installation), ...{ installationId: installation.id } }
    : await install(tx, by, planned, { base, name });
  const created = plan.items.filter(({ kind, action }) => kind !== 'AGENT' && action === 'CREATE');
  const ids = await newIds(tx, created.length);
  const writes = rowWrites(planned, new Map(created.map((item, index) => [itemKey(item), ids[index] ?? ''])));
  await writeRows(tx, place, plan, writes);
  const isRebound = await writeBindings(tx, place, planned);
  const isAgentChanged = installation !== null && (await writeAgent(tx, place, agent));
  const isMoved = installation !== null && (await moveInstallation(tx, planned, base));
  const isLeft = plan.items.some(({ action }) => action === 'ARCHIVE');
  if (!installation || isMoved || isAgentChanged || isRebound || isLeft || writes.length > 0) {
    await record(tx, by, planned, place);
  }
  return { installationId: place.installationId, agentId: place.agentId, created: installation === null };
}

function placeOf({ target, release }: Planned, { agentId }: { agentId: string }) {
  return { organizationId: target.organizationId, releaseId: release.id, agentId };
}

/** Hires the agent and creates the installation. Later resyncs do not change the name of the agent. */
async function install(
  tx: Tx,
  { act, viewer }: By,
  planned: Planned,
  { base, name }: { base: ManifestItem & { kind: 'AGENT' }; name: string | null },
): Promise<Place> {
  const { target, release } = planned;
  const { organizationId, template } = target;
  const { role, description, config } = base.fields;
  const agentId = await hire(tx, act, viewer, {
    organizationId,
    name: name ?? template.name,
    role,
    description,
    config: config as Prisma.InputJsonObject,
    workspace: null,
    templateAgentId: template.agentId,
  });
  const { id: installationId } = await tx.installation.create({
    data: {
      organizationId,
      templateId: template.id,
      sourceOrganizationId: template.organizationId,
      templateAgentId: template.agentId,
      releaseId: release.id,
      agentId,
      agentBase: base as object,
    },
    select: { id: true },
  });
  return { ...placeOf(planned, { agentId }), installationId };
}

async function writeAgent(tx: Tx, { agentId }: Place, { write }: PlanItem): Promise<boolean> {
  const data = write as { role?: string; description?: string | null; config?: Json };
  if (Object.keys(data).length === 0) return false;
  const { config, ...texts } = data;
  await tx.agent.update({
    where: { id: agentId },
    data: { ...texts, config: config as Prisma.InputJsonObject | undefined },
    select: { id: true },
  });
  return true;
}

async function moveInstallation(
  tx: Tx,
  { installation, release }: Planned,
  base: ManifestItem,
): Promise<boolean> {
  if (!installation) return false;
  const known = installation.agentBase as unknown as ManifestItem;
  if (installation.releaseId === release.id && known.hash === base.hash) return false;
  await tx.installation.update({
    where: { id: installation.id },
    data: { releaseId: release.id, agentBase: base as object },
    select: { id: true },
  });
  return true;
}

async function record(tx: Tx, { act }: By, planned: Planned, { installationId }: Place): Promise<void> {
  const { target, release, installation, plan } = planned;
  const counts = Object.fromEntries(
    [...Map.groupBy(plan.items, ({ action }) => action)].map(([action, items]) => [action, items.length]),
  );
  await recordStructureEvent(tx, act, {
    organizationId: target.organizationId,
    type: installation ? 'template.resynced' : 'template.installed',
    subject: { type: 'Installation', id: installationId },
    payload: { template: target.template.slug, release: release.number, plan: plan.hash, counts },
  });
}
