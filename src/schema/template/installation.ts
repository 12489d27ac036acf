import { Agent } from '../agent/agent.ts';
import { builder } from '../kit/builder.ts';
import { byText } from '../kit/list/order.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { weighs } from '../kit/weight.ts';
import { InstallationStatus } from './enum.ts';
import { DRIFTED, InstallationItem, InstallationItemState } from './installationItem.ts';
import { Template } from './template.ts';
import { TemplateRelease } from './templateRelease.ts';

const MAX_DRIFT = 2_000;

export const Installation = builder.prismaNode('Installation', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    'A template that an organization has installed: an agent and a vocabulary that follow the releases of the template. The organization cannot edit the fields that releases define.',
  fields: (t) => ({
    organization: t.relation('organization', {
      description: 'The organization that installed the template.',
    }),
    template: t.relation('template', { type: Template, description: 'The installed template.' }),
    release: t.relation('release', {
      type: TemplateRelease,
      description: 'The release that the installation was last brought to.',
    }),
    updateAvailable: t.boolean({
      description:
        'Whether the installation is INSTALLED and its template has a release newer than `release`.',
      select: {
        status: true,
        release: { select: { number: true } },
        template: {
          select: { releases: { select: { number: true }, orderBy: { number: 'desc' }, take: 1 } },
        },
      },
      resolve: ({ status, release, template: { releases } }) =>
        status === 'INSTALLED' && releases.some(({ number }) => number > release.number),
    }),
    drift: t.relation('items', {
      ...weighs({ items: 100 }),
      type: InstallationItem,
      description:
        'The items that the organization changed or archived since a release wrote them, ordered by kind and slug, at most 2,000.',
      query: {
        where: { state: { in: DRIFTED } },
        orderBy: [{ kind: 'asc' }, { slug: 'asc' }],
        take: MAX_DRIFT,
      },
    }),
    items: t.relatedConnection('items', {
      ...relatedList({ by: [byText('slug')] }),
      description: 'The items of the installation, ordered by slug.',
      args: {
        state: t.arg({
          type: InstallationItemState,
          description: 'Only items in this state. All items by default.',
        }),
      },
      query: ({ state }) => ({ where: { state: state ?? undefined } }),
    }),
    agent: t.relation('agent', { type: Agent, description: 'The installed agent.' }),
    status: t.expose('status', {
      type: InstallationStatus,
      description: 'Whether the installation is installed or uninstalled.',
    }),
    installedAt: t.expose('installedAt', {
      type: 'DateTime',
      description: 'When the template was installed.',
    }),
    uninstalledAt: t.expose('uninstalledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the template was uninstalled; null while it is installed.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When the installation last changed.',
    }),
  }),
});
