import { builder } from './builder.ts';
import { MembershipRole } from './enum.ts';

export const Membership = builder.prismaNode('Membership', {
  id: { field: 'id' },
  description: 'A person in an organization, with what they may do there.',
  fields: (t) => ({
    user: t.relation('user', { description: 'The person.' }),
    role: t.expose('role', { type: MembershipRole, description: 'What they may do.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when.' }),
    removedAt: t.expose('removedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when, if no more. A removed membership is kept, and no longer listed.',
    }),
  }),
});
