import { parseGlobalId } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { byTime, page } from '../../schema/kit/connection.ts';
import { StructureEvent } from '../../schema/organization/structureEvent.ts';

builder.prismaObjectFields('Organization', (t) => ({
  structureEvents: t.prismaConnection({
    type: StructureEvent,
    cursor: 'id',
    extensions: { orderedBy: 'occurredAt' },
    description: 'Its audit trail, newest first.',
    args: {
      type: t.arg.string({ description: 'Only events of this type.' }),
      since: t.arg({ type: 'DateTime', description: 'Only events at or after this moment.' }),
      until: t.arg({ type: 'DateTime', description: 'Only events before this moment.' }),
      subjectId: t.arg.id({ description: 'Only events about this.' }),
    },
    totalCount: (organization, args, { db }) =>
      db.prisma.structureEvent.count({ where: conditions(organization.id, args) }),
    resolve: (query, organization, args, { db }) =>
      db.prisma.structureEvent.findMany(
        page({ ...query, where: conditions(organization.id, args) }, { by: [byTime('occurredAt')] }),
      ),
  }),
}));

type Filter = {
  type?: string | null;
  since?: Date | null;
  until?: Date | null;
  subjectId?: string | null;
};

const conditions = (organizationId: string, { type, since, until, subjectId }: Filter) => ({
  organizationId,
  type: type ?? undefined,
  occurredAt: { gte: since ?? undefined, lt: until ?? undefined },
  ...(subjectId == null ? {} : subjectOf(subjectId)),
});

function subjectOf(raw: string) {
  const subject = parseGlobalId(raw);
  // An id of nothing is the subject of nothing.
  return subject ? { subjectType: subject.type, subjectId: subject.uuid } : { subjectType: '' };
}
