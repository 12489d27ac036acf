import { visibleTemplates } from '../../auth/visibleTemplates.ts';
import { builder } from '../kit/builder.ts';
import { relatedList } from '../kit/list/relatedList.ts';
import { TemplateRelease } from './templateRelease.ts';
import { TemplateVisibility } from './templateVisibility.ts';

export const Template = builder.prismaNode('Template', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  visible: visibleTemplates,
  description: 'An agent with its vocabulary, published for other organizations to install.',
  fields: (t) => ({
    slug: t.exposeString('slug', {
      description:
        'The name of the template for programs. A public template has a slug unique among all public templates; every slug is unique among the templates of its organization.',
    }),
    name: t.exposeString('name', { description: 'The name of the template for people.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'A text that explains the template to people; null when there is none.',
    }),
    visibility: t.expose('visibility', {
      type: TemplateVisibility,
      description: 'Whether all organizations can find the template, or only its own.',
    }),
    publisher: t.string({
      description: 'The name of the organization that publishes the template.',
      select: { organization: { select: { name: true } } },
      resolve: ({ organization }) => organization.name,
    }),
    latestRelease: t.field({
      type: TemplateRelease,
      description: 'The newest release of the template. `installTemplate` installs it by default.',
      select: (_args, _context, nested) => ({ releases: nested({ orderBy: { number: 'desc' }, take: 1 }) }),
      resolve({ releases: [latest] }) {
        if (!latest) throw new Error('A template has no release.');
        return latest;
      },
    }),
    releases: t.relatedConnection('releases', {
      ...relatedList(),
      description: 'The releases of the template, newest first.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the first release of the template was published.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When the slug, name, description or visibility of the template last changed.',
    }),
  }),
});
