import type { ManifestItem } from '../../services/template/manifest/item.ts';
import type { Needs } from '../../services/template/manifest/need.ts';
import { builder } from '../kit/builder.ts';
import { TemplateItemKind } from './itemKind.ts';

const InstallManifestItem = builder.objectRef<ManifestItem>('InstallManifestItem').implement({
  description: 'Something that an installation creates.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TemplateItemKind, description: 'What it is.' }),
    slug: t.exposeString('slug', { description: 'The slug that it gets; `agent` for the agent.' }),
    name: t.string({
      description: 'Its name for people; the role of the agent.',
      resolve: (item) => (item.kind === 'AGENT' ? item.fields.role : item.fields.name),
    }),
    description: t.string({
      nullable: true,
      description: 'What it means, if the template says so.',
      resolve: ({ fields }) => fields.description,
    }),
  }),
});

type InstallManifestShape = Needs & { creates: readonly ManifestItem[] };

export const InstallManifest = builder.objectRef<InstallManifestShape>('InstallManifest').implement({
  description: 'What an installation needs and creates, for those who consider it.',
  fields: (t) => ({
    environment: t.exposeStringList('environment', {
      description:
        'Names of the environment variables that the agent needs, from `required_env` in its config.',
    }),
    connections: t.exposeStringList('connections', {
      description:
        'Names of the connections that the watchers need, from `connections` in the config of the agent.',
    }),
    creates: t.field({
      type: [InstallManifestItem],
      description:
        'All that it creates in an organization that has none of it: the agent first, at most 2,000.',
      resolve: ({ creates }) => [...creates],
    }),
  }),
});
