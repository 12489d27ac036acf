import { z } from 'zod';
import { authorize } from '../../../auth/policy.ts';
import { type Act, perform } from '../../act/act.ts';
import { validate } from '../../act/input.ts';
import { recordStructureEvent } from '../../act/structureEvent.ts';
import { lockAgent } from '../../agent/agent.ts';
import { isOffboarded } from '../../agent/agentRule.ts';
import { endAgents } from '../../agent/endAgents.ts';
import { lockHoldings } from '../../agent/holdings.ts';
import { referencesOf } from '../manifest/reference.ts';
import { type DefinedRow, readRows } from '../row/readRows.ts';
import { archiveRows, handOver } from './handOver.ts';
import { lockInstallation, visibleInstallation } from './installation.ts';
import { vocabularyOf } from './lockTarget.ts';

export const uninstallTemplateInput = z.object({ mode: z.enum(['ARCHIVE_ITEMS', 'KEEP_AS_USER_OWNED']) });

const result = z.object({ installationId: z.guid(), archivedCount: z.int(), keptCount: z.int() });
export type Uninstalled = z.output<typeof result>;

/**
 * Uninstalls a template. ARCHIVE_ITEMS archives the rows of the installation, except those that live rows of the
 * organization refer to, and offboards the agent. KEEP_AS_USER_OWNED leaves the rows and the agent to the organization.
 *
 * @throws NotInstalledError
 */
export async function uninstallTemplate(
  act: Act,
  { installationId, ...input }: { installationId: string } & z.input<typeof uninstallTemplateInput>,
) {
  const { mode } = validate(uninstallTemplateInput, input);
  const visible = await visibleInstallation(act, installationId);
  const { organizationId, agentId, template } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'template.install', organizationId),
    queue: () => [vocabularyOf(organizationId)],
    async lock(tx) {
      await lockInstallation(tx, visible);
      return { agent: await lockAgent(tx, agentId), holdings: await lockHoldings(tx, [agentId]) };
    },
    async write(tx, { locked: { agent, holdings } }) {
      const rows = await readRows(tx, organizationId);
      const live = rows.filter((row) => row.installationId === installationId && row.archivedAt === null);
      const kept = mode === 'ARCHIVE_ITEMS' ? referredTo(live, rows) : live;
      const archived = live.filter((row) => !kept.includes(row));
      await handOver(tx, idsOf(kept));
      await archiveRows(tx, idsOf(archived));
      await tx.installationBinding.deleteMany({ where: { installationId } });
      await tx.$executeRaw`
        UPDATE installation SET status = 'UNINSTALLED', uninstalled_at = now() WHERE id = ${installationId}::uuid`;
      if (mode === 'ARCHIVE_ITEMS' && !isOffboarded(agent)) {
        const reason = `The template "${template.slug}" was uninstalled.`;
        await endAgents(tx, act, { organizationId, agentIds: [agent.id], holdings, reason });
      }
      const counts = { archivedCount: archived.length, keptCount: kept.length };
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'template.uninstalled',
        subject: { type: 'Installation', id: installationId },
        payload: { template: template.slug, mode, ...counts },
      });
      return { installationId, ...counts };
    },
  });
}

const idsOf = (rows: readonly DefinedRow[]) => rows.map(({ id }) => id);

/** The managed rows that other live rows refer to, directly or through another managed row. */
function referredTo(managed: readonly DefinedRow[], rows: readonly DefinedRow[]): DefinedRow[] {
  const byId = new Map(managed.map((row) => [row.id, row]));
  const found = new Set<DefinedRow>();
  const queue = rows.filter((row) => row.archivedAt === null && !byId.has(row.id));
  for (let row = queue.pop(); row; row = queue.pop()) {
    for (const { to } of referencesOf(row.definition)) {
      const target = byId.get(to);
      if (!target || found.has(target)) continue;
      found.add(target);
      queue.push(target);
    }
  }
  return managed.filter((row) => found.has(row));
}
