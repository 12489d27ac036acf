import type { StructureEventType as Stored } from '../../services/act/structureEvent.ts';
import { globalId } from '../../value/globalId.ts';
import { storedActor } from '../feed/actor.ts';
import { builder } from '../kit/builder.ts';
import { long } from '../kit/long.ts';
import { StructureEventType } from './structureEventType.ts';

export const StructureEvent = builder.prismaNode('StructureEvent', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'An entry of the audit trail. Entries are never changed or deleted.',
  fields: (t) => ({
    type: t.field({
      type: StructureEventType,
      description: 'What the event tells of.',
      select: { type: true },
      // A CHECK refuses all other types.
      resolve: ({ type }) => type as Stored,
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
        'Details of the event, with a readable name beside each id, as of the event. `name`, where present, is that of the subject. PR_CLAIMED and PR_RELEASED have the global ids of the sessions `from` (null when no session held the pull request) and `to` (null for a release), with `fromName` and `toName`. AGENT_HIRED has the `role`, and the `workspace` with `workspaceName`, if any. AGENT_OFFBOARDED and AGENT_FAILED list what the agent released: `terminatedSessions` has ids, `terminatedSessionNames` the names in the same order. Events of members have the `role`, or the roles `from` and `to`; events of tokens the `label` and the `prefix`. REPOSITORY_GRANTED and REPOSITORY_GRANT_REVOKED name the `repositories`. WORKSPACE_REMOVED has the workspace’s `path`, the names from the root, and the `reason`. EXECUTION_WORKSPACE_CLOSED and EXECUTION_WORKSPACE_REOPENED have the `name`, the `mode` and the `generation`. ORG_IMPORT_COMPLETED and ORG_IMPORT_FAILED have the document’s `name`, the `mode`, the counts, `duration_ms` and `error`.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When the event happened.' }),
  }),
});
