import { builder } from '../../schema/index.ts';
import { InstallManifest } from '../../schema/template/installManifest.ts';
import type { Manifest } from '../../services/template/manifest/item.ts';
import { needsOf } from '../../services/template/manifest/need.ts';

const installManifestOf = ({ manifest }: { manifest: unknown }) => {
  const { items } = manifest as Manifest;
  return { ...needsOf(items), creates: items };
};

builder.prismaObjectFields('TemplateRelease', (t) => ({
  installManifest: t.field({
    type: InstallManifest,
    description: 'The needs of an installation of the release, and the items that it creates.',
    select: { manifest: true },
    resolve: installManifestOf,
  }),
}));

builder.prismaObjectFields('Template', (t) => ({
  installManifest: t.field({
    type: InstallManifest,
    description:
      'The needs of an installation of the newest release of the template, and the items that it creates.',
    select: { releases: { select: { manifest: true }, orderBy: { number: 'desc' }, take: 1 } },
    resolve({ releases: [latest] }) {
      if (!latest) throw new Error('A template has no release.');
      return installManifestOf(latest);
    },
  }),
}));
