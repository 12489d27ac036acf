import { builder } from '../kit/builder.ts';

export const User = builder.prismaNode('User', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  visible: ({ id, roles }) => ({
    OR: [{ id }, { memberships: { some: { organizationId: { in: [...roles.keys()] }, removedAt: null } } }],
  }),
  description: 'A person. Visible to everyone who shares an organization with the person.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the person.' }),
    email: t.exposeString('email', { description: 'The e-mail address of the person, in lower case.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When Muster first registered the person.',
    }),
  }),
});
