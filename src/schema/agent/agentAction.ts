import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';
import { AgentActionOutcome } from './enum.ts';

export const AgentAction = builder.prismaNode('AgentAction', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description:
    "An entry of an agent's action log. Entries are never deleted, and never change but for `furtherRefusals`.",
  fields: (t) => ({
    action: t.exposeString('action', {
      description: 'The name of the action. For a refused mutation, the name of the mutation.',
    }),
    outcome: t.expose('outcome', {
      type: AgentActionOutcome,
      description: 'Whether the action was allowed or denied.',
    }),
    metadata: t.field({
      ...long('AgentAction', 'metadata', 64),
      type: 'JSON',
      description:
        'Further details of the action. For a refused mutation, the `code` and `message` of the error and the `requestId`.',
    }),
    furtherRefusals: t.exposeInt('furtherRefusals', {
      description:
        'The number of refused mutations that followed this one within the same minute and have no entries of their own. The log lists at most 10 refused mutations of a minute by default, and the last of them has the count.',
    }),
    agent: t.relation('agent', { description: 'The agent that attempted the action.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the action was logged.' }),
  }),
});

liveNoun('AgentAction', {
  changes: {
    AGENT_ACTION_RECORDED:
      'An agent logged an action, or a mutation was refused to it. The count of further refusals causes no change.',
  },
});
