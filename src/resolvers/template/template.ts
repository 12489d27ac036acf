import { builder } from '../../schema/index.ts';
import { byText } from '../../schema/kit/list/order.ts';
import { Template } from '../../schema/template/template.ts';
import { templateOfSlug } from '../../services/template/release/templateOfSlug.ts';

builder.queryFields((t) => ({
  templates: t.list({
    type: Template,
    description: 'The catalogue: every public template, by slug.',
    where: () => ({ visibility: 'PUBLIC' as const }),
    orderBy: { by: [byText('slug')] },
  }),
  template: t.prismaField({
    type: Template,
    nullable: true,
    description:
      'The template of this slug: one of the viewer’s organizations, else the public one; null when there is neither.',
    args: { slug: t.arg.string({ required: true, description: 'Its slug.' }) },
    resolve: async (query, _root, { slug }, { db, viewer }) => {
      const template = await templateOfSlug(db.prisma, viewer, slug);
      return template && db.prisma.template.findUnique({ ...query, where: { id: template.id } });
    },
  }),
}));

builder.prismaObjectFields('Organization', (t) => ({
  templates: t.list({
    type: Template,
    description: 'The templates that it publishes, private ones among them, by slug.',
    where: ({ id }) => ({ organizationId: id }),
    orderBy: { by: [byText('slug')] },
  }),
}));
