import { builder } from '../../schema/index.ts';
import { newestFirst } from '../../schema/kit/list/order.ts';
import { OrgImport } from '../../schema/orgImport/orgImport.ts';

builder.prismaObjectFields('Organization', (t) => ({
  orgImports: t.list({
    type: OrgImport,
    description: 'The imports of org files into it, newest first.',
    where: ({ id }) => ({ organizationId: id }),
    orderBy: newestFirst('startedAt'),
  }),
}));
