/** The target of an installation: a release of a template and an organization. */
import type { Installation, Template } from '../../../../prisma/client/client.ts';
import type { Tx } from '../../../database/db.ts';
import { CannotInstallIntoSourceOrgError, NotFoundError, NotInstalledError } from '../../../errors/errors.ts';
import type { Act } from '../../act/act.ts';
import type { Manifest } from '../manifest/item.ts';
import { templateOfSlug } from '../release/templateOfSlug.ts';

export type Target = {
  readonly organizationId: string;
  readonly template: Template;
  /** The number of the release; null for the newest release. */
  readonly release: number | null;
  /** The installation to resync; null when `installTemplate` finds or creates it. */
  readonly installationId: string | null;
};

export type InstallTarget = {
  organizationId?: string | null;
  templateSlug: string;
  release?: number | null;
};

export type Release = { readonly id: string; readonly number: number; readonly manifest: Manifest };

type Reading = Pick<Tx, 'templateRelease' | 'installation'>;

/** @throws NotFoundError when the viewer sees no such template */
export async function targetOfInstall(
  { db, viewer }: Pick<Act, 'db' | 'viewer'>,
  { organizationId, templateSlug, release = null }: InstallTarget,
): Promise<Target> {
  const template = await templateOfSlug(db.prisma, viewer, templateSlug);
  if (!template) throw new NotFoundError('templateSlug');
  return {
    organizationId: organizationId ?? (await personalOrganization({ db, viewer })),
    template,
    release,
    installationId: null,
  };
}

/** @throws NotFoundError when the viewer sees no such installation */
export async function targetOfResync(
  { db, viewer }: Pick<Act, 'db' | 'viewer'>,
  installationId: string,
): Promise<Target> {
  const installation = await db.prisma.installation.findFirst({
    where: { id: installationId, organizationId: { in: [...viewer.roles.keys()] } },
    include: { template: true },
  });
  if (!installation) throw new NotFoundError('installationId');
  const { organizationId, template } = installation;
  return { organizationId, template, release: null, installationId };
}

/** @throws NotFoundError when the viewer has no personal organization, or the viewer's token does not reach it */
async function personalOrganization({ db, viewer }: Pick<Act, 'db' | 'viewer'>): Promise<string> {
  const organization = await db.prisma.organization.findFirst({
    where: { personalOf: { id: viewer.id }, id: { in: [...viewer.roles.keys()] } },
    select: { id: true },
  });
  if (!organization) throw new NotFoundError('organizationId');
  return organization.id;
}

/** @throws CannotInstallIntoSourceOrgError */
export function assertForeign({ organizationId, template }: Target): void {
  if (template.organizationId === organizationId) throw new CannotInstallIntoSourceOrgError();
}

/**
 * The current installation of the template in the organization; null when the template is not installed.
 * @throws NotInstalledError when the installation to resync is uninstalled
 */
export async function currentInstallation(
  tx: Reading,
  { organizationId, template, installationId }: Target,
): Promise<Installation | null> {
  const installation = await tx.installation.findFirst({
    where: { organizationId, templateId: template.id, status: 'INSTALLED' },
  });
  if (installationId !== null && installation?.id !== installationId) throw new NotInstalledError();
  return installation;
}

/** @throws NotFoundError when the template has no such release */
export async function releaseOf(tx: Reading, { template, release }: Target): Promise<Release> {
  const found = await tx.templateRelease.findFirst({
    where: { templateId: template.id, number: release ?? undefined },
    orderBy: { number: 'desc' },
    select: { id: true, number: true, manifest: true },
  });
  if (!found) throw new NotFoundError('release');
  return { ...found, manifest: found.manifest as unknown as Manifest };
}
