import type { ManifestItem } from '../../services/template/manifest/item.ts';
import type { Needs } from '../../services/template/manifest/need.ts';
import { builder } from '../kit/builder.ts';
import { weighs } from '../kit/weight.ts';
import { TemplateItemKind } from './itemKind.ts';

const InstallManifestItem = builder.objectRef<ManifestItem>('InstallManifestItem').implement({
  sharedBy: 'MEMBERS',
  description: 'An agent or a vocabulary definition that an installation creates.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TemplateItemKind, description: 'The kind of the item.' }),
    slug: t.exposeString('slug', {
      description: 'The slug that the created row gets; `agent` for the agent.',
    }),
    name: t.string({
      description: 'The name of the item for people; for the agent, its role.',
      resolve: (item) => (item.kind === 'AGENT' ? item.fields.role : item.fields.name),
    }),
    description: t.string({
      nullable: true,
      description: 'A text that explains the item to people; null when the template has none.',
      resolve: ({ fields }) => fields.description,
    }),
  }),
});

type InstallManifestShape = Needs & { creates: readonly ManifestItem[] };

export const InstallManifest = builder.objectRef<InstallManifestShape>('InstallManifest').implement({
  sharedBy: 'MEMBERS',
  description:
    'The needs of an installation and the items that it creates, to be read before installing a template.',
  fields: (t) => ({
    environment: t.exposeStringList('environment', {
      description:
        "The names of the environment variables that the agent needs, from `required_env` in the agent's config.",
    }),
    connections: t.exposeStringList('connections', {
      description:
        "The names of the connections that the watchers need, from `connections` in the agent's config.",
    }),
    creates: t.field({
      type: [InstallManifestItem],
      ...weighs({ items: 100 }),
      description: 'The items that a first installation creates, at most 2,000, the agent first.',
      resolve: ({ creates }) => [...creates],
    }),
  }),
});
