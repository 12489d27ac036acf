import { SlugTakenError } from '../../errors.ts';
import { builder } from '../../schema/index.ts';
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
      db.prisma.organization.findFirst({ ...query, where: { slug, id: { in: [...viewer.roles.keys()] } } }),
  }),
);

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
