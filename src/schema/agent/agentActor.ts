import { Actor, type ActorShape } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { visibleRow } from '../kit/visibility.ts';
import { Agent } from './agent.ts';

builder.objectRef<ActorShape>('AgentActor').implement({
  sharedBy: 'MEMBERS',
  description: 'An agent that did something.',
  interfaces: [Actor],
  fields: (t) => ({
    agent: t.prismaField({
      type: Agent,
      nullable: true,
      description: 'The agent as of now. Null when there is no such agent any more.',
      resolve: (query, { id }, _args, context, info) => visibleRow('Agent', query, id, context, info),
    }),
  }),
});
