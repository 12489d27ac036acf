import { globalId } from '../../globalId.ts';
import { Actor } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';

export const StructureEvent = builder.prismaNode('StructureEvent', {
  id: { field: 'id' },
  description: 'An entry of the audit trail: an act on the structure. Never changed, kept for ever.',
  fields: (t) => ({
    type: t.exposeString('type', {
      description:
        'What was done: `pr.claimed`; `member.added`, `member.role_changed`, `member.removed`; `token.created`, `token.revoked`; `agent.hired`, `agent.failed`, `agent.offboarded`; `workspace.removed`; `org.import.started`, `org.import.completed`, `org.import.failed`.',
    }),
    subjectId: t.id({
      description: 'The global id of what it was done to.',
      select: { subjectType: true, subjectId: true },
      resolve: ({ subjectType, subjectId }) => globalId(subjectType, subjectId),
    }),
    importId: t.id({
      nullable: true,
      description: 'The global id of the import that it was part of, if any.',
      select: { importId: true },
      resolve: ({ importId }) => importId && globalId('OrgImport', importId),
    }),
    actor: t.field({
      type: Actor,
      description: 'Who did it.',
      select: { actorKind: true, actorId: true, actorName: true },
      resolve: ({ actorKind, actorId, actorName }) => ({ kind: actorKind, id: actorId, name: actorName }),
    }),
    requestId: t.exposeString('requestId', { nullable: true, description: 'The request that did it.' }),
    payload: t.expose('payload', {
      type: 'JSON',
      description:
        'What else there is to say; for `pr.claimed` the global ids of the sessions `from` (or null) and `to`; for `agent.offboarded` and `agent.failed` what the agent gave up; for `workspace.removed` the `path` of names that it had and the `reason`; for `org.import.completed` and `org.import.failed` the `name`, `mode`, counts, `duration_ms` and `error`.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was done.' }),
  }),
});
