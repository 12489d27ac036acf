import { builder } from '../../schema/index.ts';
import { Viewer } from '../../schema/organization/viewer.ts';

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: "The person or agent that the request's token acts for.",
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
