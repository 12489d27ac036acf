import { builder } from '../kit/builder.ts';

export const AgentMemory = builder.prismaNode('AgentMemory', {
  id: { field: 'id' },
  description: 'Something that an agent remembers.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Under which name; unique for the agent.' }),
    value: t.exposeString('value', { description: 'What.' }),
    agent: t.relation('agent', { description: 'Who remembers it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when there is something.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Since when it is this.' }),
  }),
});
