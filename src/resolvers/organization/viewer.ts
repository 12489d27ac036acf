import { builder } from '../../schema/index.ts';
import { Viewer } from '../../schema/organization/viewer.ts';

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who is asking.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
