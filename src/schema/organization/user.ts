import { builder } from '../kit/builder.ts';

export const User = builder.prismaNode('User', {
  id: { field: 'id' },
  visible: ({ id, roles }) => ({
    OR: [{ id }, { memberships: { some: { organizationId: { in: [...roles.keys()] }, removedAt: null } } }],
  }),
  description: 'A person. Seen by those who share an organization with them.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Their name.' }),
    email: t.exposeString('email', { description: 'Their e-mail address, lower-case.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When Muster first knew them.' }),
  }),
});
