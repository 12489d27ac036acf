import { builder } from '../kit/builder.ts';
import { AgentActionOutcome } from './enum.ts';

export const AgentAction = builder.prismaNode('AgentAction', {
  id: { field: 'id' },
  description: 'An entry of the log of what an agent tried. Never changed, kept for ever.',
  fields: (t) => ({
    action: t.exposeString('action', {
      description: 'What it tried. Of an act refused here, the name of the mutation.',
    }),
    outcome: t.expose('outcome', { type: AgentActionOutcome, description: 'Whether it could.' }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      description:
        'What else there is to say. Of an act refused here `code` and `message` of the error, and the `requestId`.',
    }),
    agent: t.relation('agent', { description: 'Who tried.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
  }),
});
