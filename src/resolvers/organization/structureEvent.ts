import { Prisma } from '../../../prisma/client/client.ts';
import { builder } from '../../schema/index.ts';
import { badInput } from '../../schema/kit/badInput.ts';
import { filterId } from '../../schema/kit/filterId.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { STRUCTURE_EVENT_TYPES } from '../../services/act/structureEvent.ts';

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
        type: type == null ? undefined : knownType(type),
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

/** @throws BAD_USER_INPUT when no event ever has the type */
function knownType(type: string): string {
  if (!STRUCTURE_EVENT_TYPES.some((each) => each === type)) {
    throw badInput(`\`type\` must be one of ${STRUCTURE_EVENT_TYPES.join(', ')}.`);
  }
  return type;
}
