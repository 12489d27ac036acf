import { visibleTemplates } from '../../auth/visibleTemplates.ts';
import { builder } from '../kit/builder.ts';
import { newestFirst } from '../kit/list/order.ts';
import { TemplateRelease } from './templateRelease.ts';
import { TemplateVisibility } from './templateVisibility.ts';

export const Template = builder.prismaNode('Template', {
  id: { field: 'id' },
  visible: visibleTemplates,
  description: 'An agent that other organizations can install, with its vocabulary.',
  fields: (t) => ({
    slug: t.exposeString('slug', {
      description:
        'Its name for programs; unique among public templates, and among those of its organization.',
    }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is for.' }),
    visibility: t.expose('visibility', { type: TemplateVisibility, description: 'Who finds it.' }),
    publisher: t.string({
      description: 'The name of the organization that publishes it.',
      select: { organization: { select: { name: true } } },
      resolve: ({ organization }) => organization.name,
    }),
    latestRelease: t.prismaField({
      type: TemplateRelease,
      description: 'Its newest release: what an installation gets unless it asks for another.',
      select: { id: true },
      resolve: (query, { id }, _args, { db }) =>
        db.prisma.templateRelease.findFirstOrThrow({
          ...query,
          where: { templateId: id },
          orderBy: { number: 'desc' },
        }),
    }),
    releases: t.list({
      type: TemplateRelease,
      description: 'Its releases, newest first.',
      where: ({ id }) => ({ templateId: id }),
      orderBy: newestFirst(),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first released.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its slug, name, description or visibility last changed.',
    }),
  }),
});
