import { globalId } from '../../globalId.ts';
import { storedActor } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';

export const StructureEvent = builder.prismaNode('StructureEvent', {
  select: {},
  id: { field: 'id' },
  description: 'An entry of the audit trail. Entries are never changed or deleted.',
  fields: (t) => ({
    type: t.exposeString('type', {
      description:
        'The type of the event: `pr.claimed`, `pr.released`; `member.invited`, `member.invitation_declined`, `member.invitation_withdrawn`, `member.added`, `member.role_changed`, `member.removed`; `token.created`, `token.revoked`; `repository.granted`, `repository.grant_revoked`; `agent.hired`, `agent.failed`, `agent.offboarded`; `workspace.removed`; `execution_workspace.closed`, `execution_workspace.reopened`; `org.import.started`, `org.import.completed`, `org.import.failed`.',
    }),
    subjectId: t.id({
      description: 'The global id of the object that the event is about.',
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
      ...storedActor('actor'),
      description: 'The person, agent or program that caused the event.',
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'The id of the request that caused the event; null when no request did.',
    }),
    tokenId: t.id({
      nullable: true,
      description:
        "The global id of the token that the request was sent with; null when no request caused the event. Another person's token that works in several organizations has an id here, but `node` returns null for it.",
      select: { tokenId: true },
      resolve: ({ tokenId }) => tokenId && globalId('Token', tokenId),
    }),
    payload: t.field({
      ...long('StructureEvent', 'payload', 64),
      type: 'JSON',
      description:
        'Details of the event. `pr.claimed` and `pr.released` have the global ids of the sessions `from` (null when no session held the pull request) and `to` (null for a release). `agent.offboarded` and `agent.failed` list what the agent released. `repository.granted` and `repository.grant_revoked` name the `repositories`. `workspace.removed` has the workspace’s `path`, the names from the root, and the `reason`. `execution_workspace.closed` and `execution_workspace.reopened` have the `name`, the `mode` and the `generation`. `org.import.completed` and `org.import.failed` have the document’s `name`, the `mode`, the counts, `duration_ms` and `error`.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When the event happened.' }),
  }),
});
