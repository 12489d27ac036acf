import { z } from 'zod';
import { TemplateItemKind } from '../../../../prisma/client/enums.ts';
import { authorize } from '../../../auth/policy.ts';
import { InvalidInputError, NotFoundError } from '../../../errors/errors.ts';
import { type Act, perform } from '../../act/act.ts';
import { slug, validate } from '../../act/input.ts';
import { itemKey } from '../plan/key.ts';
import { readRows } from '../row/readRows.ts';
import { handOver } from './handOver.ts';
import { lockInstallation, visibleInstallation } from './installation.ts';
import { vocabularyOf } from './lockTarget.ts';
import { readPlan } from './readPlan.ts';
import { rowWrites } from './rowWrite.ts';
import { writeRows } from './writeRows.ts';

export const itemInput = z.object({ kind: z.enum(TemplateItemKind), slug });

const result = z.object({ installationId: z.guid() });
export type ChangedItem = z.output<typeof result>;

type Item = { installationId: string } & z.input<typeof itemInput>;

/** @throws InvalidInputError for the agent, which cannot be detached from its installation */
function vocabularyItem(input: z.input<typeof itemInput>) {
  const item = validate(itemInput, input);
  if (item.kind === 'AGENT') {
    throw new InvalidInputError([{ path: 'kind', message: 'must not be AGENT' }]);
  }
  return item;
}

/**
 * Detaches a managed row from its installation. Later resyncs skip the item, and references to the item still point to
 * the row.
 *
 * @throws NotInstalledError
 * @throws NotFoundError when the installation manages no such live row
 */
export async function detachItem(act: Act, { installationId, ...input }: Item) {
  const { kind, slug } = vocabularyItem(input);
  const visible = await visibleInstallation(act, installationId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'template.install', organizationId),
    queue: () => [vocabularyOf(organizationId)],
    lock: (tx) => lockInstallation(tx, visible),
    async write(tx) {
      const rows = await readRows(tx, organizationId);
      const row = rows.find(
        (each) =>
          each.kind === kind &&
          each.definition.slug === slug &&
          each.installationId === installationId &&
          each.archivedAt === null,
      );
      if (!row || row.sourceKey === null) throw new NotFoundError('slug');
      const { id: targetId, sourceKey } = row;
      await handOver(tx, [targetId]);
      await tx.installationBinding.upsert({
        where: { installationId_kind_sourceKey: { installationId, kind, sourceKey } },
        create: { organizationId, installationId, kind, sourceKey, targetId },
        update: { targetId },
      });
      return { installationId };
    },
  });
}

/**
 * Lets the installation manage a row of the organization without changing it: a detached row, or a row that has the
 * slug of an item without a row. Fields that differ from the release count as local changes.
 *
 * @throws NotInstalledError
 * @throws NotFoundError when no row of the organization can be adopted for such an item
 */
export async function adoptItem(act: Act, { installationId, ...input }: Item) {
  const { kind, slug } = vocabularyItem(input);
  const visible = await visibleInstallation(act, installationId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'template.install', organizationId),
    queue: () => [vocabularyOf(organizationId)],
    lock: (tx) => lockInstallation(tx, visible),
    async write(tx, { locked: { template, release, agentId } }) {
      const target = { organizationId, template, release: release.number, installationId };
      const planned = await readPlan(tx, target, [{ kind, slug, resolution: 'ADOPT' }]);
      const item = planned.plan.items.find(
        (each) => each.kind === kind && each.slug === slug && each.action === 'ADOPT',
      );
      if (!item) throw new NotFoundError('slug');
      const writes = rowWrites(planned, new Map()).filter(({ base }) => itemKey(base) === itemKey(item));
      const place = { organizationId, installationId, agentId, releaseId: planned.release.id };
      await writeRows(tx, place, { ...planned.plan, items: [] }, writes);
      await tx.installationBinding.deleteMany({
        where: { installationId, kind, sourceKey: item.sourceKey },
      });
      return { installationId };
    },
  });
}
