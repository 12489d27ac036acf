import { builder } from '../../schema/index.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';

builder.prismaObjectFields('Organization', (t) => ({
  orgImports: t.relatedConnection('orgImports', {
    ...relatedList(newestFirst('startedAt')),
    description: 'The imports of org files into the organization, newest first.',
  }),
}));
