import { parseGlobalId } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { StructureEvent } from '../../schema/organization/structureEvent.ts';

builder.prismaObjectFields('Organization', (t) => ({
  structureEvents: t.list({
    type: StructureEvent,
    description: 'Its audit trail, newest first.',
    args: {
      type: t.arg.string({ description: 'Only events of this type.' }),
      since: t.arg({ type: 'DateTime', description: 'Only events at or after this moment.' }),
      until: t.arg({ type: 'DateTime', description: 'Only events before this moment.' }),
      subjectId: t.arg.id({ description: 'Only events about this.' }),
      importId: t.arg.idOf('OrgImport', { description: 'Only events that were part of this import.' }),
    },
    where: ({ id }, { type, since, until, subjectId, importId }) => ({
      organizationId: id,
      type: type ?? undefined,
      importId: importId ?? undefined,
      occurredAt: { gte: since ?? undefined, lt: until ?? undefined },
      ...(subjectId == null ? {} : subjectOf(subjectId)),
    }),
    orderBy: newestFirst('occurredAt'),
  }),
}));

function subjectOf(raw: string) {
  const subject = parseGlobalId(raw);
  // An id of nothing is the subject of nothing.
  return subject ? { subjectType: subject.type, subjectId: subject.uuid } : { subjectType: '' };
}
