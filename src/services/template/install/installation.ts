/** Looks up and locks installations. */
import type { Installation, Template } from '../../../../prisma/client/client.ts';
import type { Tx } from '../../../database/db.ts';
import { NotFoundError, NotInstalledError } from '../../../errors/errors.ts';
import type { Act } from '../../act/act.ts';
import { lockTarget } from './lockTarget.ts';

export type InstalledTemplateRow = Installation & { template: Template; release: { number: number } };

/** @throws NotFoundError unless the viewer sees the installation */
export async function visibleInstallation({ db, viewer }: Act, id: string): Promise<InstalledTemplateRow> {
  const installation = await db.prisma.installation.findFirst({
    where: { id, organizationId: { in: [...viewer.roles.keys()] } },
    include: { template: true, release: { select: { number: true } } },
  });
  if (!installation) throw new NotFoundError('installationId');
  return installation;
}

/**
 * Locks an installation with its agent and the vocabulary, as installing and resyncing do.
 * @throws NotInstalledError when the installation is uninstalled
 */
export async function lockInstallation(
  tx: Tx,
  { id, organizationId, template }: InstalledTemplateRow,
): Promise<InstalledTemplateRow> {
  await lockTarget(tx, { organizationId, template });
  const installation = await tx.installation.findUniqueOrThrow({
    where: { id },
    include: { template: true, release: { select: { number: true } } },
  });
  if (installation.status === 'UNINSTALLED') throw new NotInstalledError();
  return installation;
}
