import { Prisma } from '../../../prisma/client/client.ts';
import { builder } from '../../schema/index.ts';
import { filterId } from '../../schema/kit/filterId.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { StructureEventType } from '../../schema/organization/structureEventType.ts';

builder.prismaObjectFields('Organization', (t) => ({
  structureEvents: t.relatedConnection('structureEvents', {
    ...relatedList(newestFirst('occurredAt')),
    description: 'The audit trail of the organization, newest first.',
    args: {
      type: t.arg({ type: StructureEventType, description: 'Only events of this type.' }),
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
  const { type, uuid } = filterId('subjectId', raw, (each) => Object.hasOwn(Prisma.ModelName, each));
  return { subjectType: type, subjectId: uuid };
}
