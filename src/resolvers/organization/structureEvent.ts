import { parseGlobalId } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';

builder.prismaObjectFields('Organization', (t) => ({
  structureEvents: t.relatedConnection('structureEvents', {
    ...relatedList(newestFirst('occurredAt')),
    description: 'The audit trail of the organization, newest first.',
    args: {
      type: t.arg.string({ description: 'Only events of this type, such as `agent.hired`.' }),
      since: t.arg({ type: 'DateTime', description: 'Only events at or after this time.' }),
      until: t.arg({ type: 'DateTime', description: 'Only events before this time.' }),
      subjectId: t.arg.id({ description: 'Only events about the object with this global id.' }),
      importId: t.arg.idOf('OrgImport', { description: 'Only events that were part of this import.' }),
    },
    query: ({ type, since, until, subjectId, importId }) => ({
      where: {
        type: type ?? undefined,
        importId: importId ?? undefined,
        occurredAt: { gte: since ?? undefined, lt: until ?? undefined },
        ...(subjectId == null ? {} : subjectOf(subjectId)),
      },
    }),
  }),
}));

function subjectOf(raw: string) {
  const subject = parseGlobalId(raw);
  // No event has an empty subject type, so an invalid id matches no event.
  return subject ? { subjectType: subject.type, subjectId: subject.uuid } : { subjectType: '' };
}
