import { builder } from '../kit/builder.ts';
import { AgentActionOutcome } from './enum.ts';

export const AgentAction = builder.prismaNode('AgentAction', {
  select: {},
  id: { field: 'id' },
  description: "An entry of an agent's action log. Entries are never changed or deleted.",
  fields: (t) => ({
    action: t.exposeString('action', {
      description: 'The name of the action. For a refused mutation, the name of the mutation.',
    }),
    outcome: t.expose('outcome', {
      type: AgentActionOutcome,
      description: 'Whether the action was allowed or denied.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      description:
        'Further details of the action. For a refused mutation, the `code` and `message` of the error and the `requestId`.',
    }),
    agent: t.relation('agent', { description: 'The agent that attempted the action.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the action was logged.' }),
  }),
});
