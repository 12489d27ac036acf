import { builder } from '../../schema/index.ts';
import { byText } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { Template } from '../../schema/template/template.ts';
import { templateOfSlug } from '../../services/template/release/templateOfSlug.ts';

const BY_SLUG = { by: [byText('slug')] };

builder.queryFields((t) => ({
  templates: t.list({
    type: Template,
    description: 'The catalogue: all public templates, ordered by slug.',
    where: () => ({ visibility: 'PUBLIC' as const }),
    orderBy: BY_SLUG,
  }),
  template: t.prismaField({
    type: Template,
    nullable: true,
    description:
      "The template that has the slug. A template of one of the viewer's organizations is preferred to a public template of another organization. Null when there is neither.",
    args: { slug: t.arg.string({ required: true, description: 'The slug of the template.' }) },
    resolve: async (query, _root, { slug }, { db, viewer }) => {
      const template = await templateOfSlug(db.prisma, viewer, slug);
      return template && db.reads.template.findFirst({ ...query, where: { id: template.id } });
    },
  }),
}));

builder.prismaObjectFields('Organization', (t) => ({
  templates: t.relatedConnection('templates', {
    ...relatedList(BY_SLUG),
    description: 'The templates that the organization publishes, including private ones, ordered by slug.',
  }),
}));
