import type { Context } from '../../context.ts';
import { builder } from '../../schema/index.ts';
import { columnOf } from '../../schema/kit/long.ts';
import { InstallManifest } from '../../schema/template/installManifest.ts';
import type { Manifest } from '../../services/template/manifest/item.ts';
import { needsOf } from '../../services/template/manifest/need.ts';

async function installManifestOf(release: { id: string }, context: Context) {
  const { items } = (await columnOf('TemplateRelease', 'manifest', release, context)) as unknown as Manifest;
  return { ...needsOf(items), creates: items };
}

builder.prismaObjectFields('TemplateRelease', (t) => ({
  installManifest: t.field({
    type: InstallManifest,
    description: 'The needs of an installation of the release, and the items that it creates.',
    select: { id: true },
    resolve: (release, _args, context) => installManifestOf(release, context),
  }),
}));

builder.prismaObjectFields('Template', (t) => ({
  installManifest: t.field({
    type: InstallManifest,
    description:
      'The needs of an installation of the newest release of the template, and the items that it creates.',
    select: { releases: { select: { id: true }, orderBy: { number: 'desc' }, take: 1 } },
    resolve({ releases: [latest] }, _args, context) {
      if (!latest) throw new Error('A template has no release.');
      return installManifestOf(latest, context);
    },
  }),
}));
