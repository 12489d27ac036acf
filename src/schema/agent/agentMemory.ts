import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';

export const AgentMemory = builder.prismaNode('AgentMemory', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: "An entry of an agent's memory: a value under a key.",
  fields: (t) => ({
    key: t.exposeString('key', { description: "The key of the entry, unique within the agent's memory." }),
    value: t.string({
      ...long('AgentMemory', 'value', 64),
      description: 'The value that is stored under the key.',
    }),
    agent: t.relation('agent', { description: 'The agent that the entry belongs to.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the key was first written.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the value was last written.' }),
  }),
});

liveNoun('AgentMemory', {
  changes: { AGENT_MEMORY_RECORDED: 'An agent wrote an entry of its memory, for the first time or anew.' },
});
