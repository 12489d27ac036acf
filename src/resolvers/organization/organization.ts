import { SlugTakenError } from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import { HostBudget } from '../../schema/organization/hostBudget.ts';
import { Organization } from '../../schema/organization/organization.ts';
import { createOrganization, createOrganizationInput } from '../../services/organization/organization.ts';
import { mutation } from '../kit/mutation.ts';
import { reach } from './reach.ts';

builder.queryField('organization', (t) =>
  t.prismaField({
    type: Organization,
    nullable: true,
    description:
      'The organization with a slug. Null when no organization has the slug or the viewer is not a member of it.',
    args: { slug: t.arg.string({ required: true, description: 'The slug of the organization.' }) },
    resolve: (query, _root, { slug }, { db, viewer }) =>
      db.reads.organization.findFirst({ ...query, where: { slug, id: { in: [...viewer.roles.keys()] } } }),
  }),
);

builder.prismaObjectFields('Organization', (t) => ({
  hostBudget: t.field({
    type: HostBudget,
    nullable: true,
    description:
      'The budget of the source-code host that pull requests are fetched from, as of the last request of the process that answers. Null while it has made none, and for a host without a budget. Its rest is spent by priority: claims first, then refreshPR, then readers that ask for new facts, and follow-ups last.',
    resolve: (_organization, _args, { pullRequestSource }) => pullRequestSource.budget(),
  }),
}));

mutation('createOrganization', {
  description:
    'Creates an organization with the viewer as its OWNER. Allowed for every person whose token is not limited to one organization.',
  input: (t) => ({
    slug: t.string({
      required: true,
      description:
        "The organization's name in URLs, unique in the installation. 1 to 63 lower-case letters, digits and hyphens, without a hyphen at either end.",
    }),
    name: t.string({ required: true, description: "The organization's display name, 1 to 100 characters." }),
  }),
  schema: createOrganizationInput,
  errors: [SlugTakenError],
  async act(act, input, context) {
    const done = await createOrganization(act, input);
    await reach(context, done.organizationId);
    return done;
  },
  payload: (t) => ({
    organization: t.exposeNode('organizationId', {
      type: Organization,
      description: 'The new organization.',
    }),
  }),
});
