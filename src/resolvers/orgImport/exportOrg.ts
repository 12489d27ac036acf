import { builder } from '../../schema/index.ts';
import { weighs } from '../../schema/kit/weight.ts';
import { exportOrg } from '../../services/orgImport/exportOrg.ts';

builder.queryField('exportOrg', (t) =>
  t.string({
    nullable: true,
    ...weighs({ kilobytes: 4_000 }),
    description:
      'The live tree of an organization as one org file in YAML, with siblings ordered by name. Importing the file into the same organization skips every workspace. Null when no such organization or live workspace exists, or when the viewer is not a member of the organization.',
    args: {
      organizationId: t.arg.idOf('Organization', {
        required: true,
        description: 'The organization whose tree is exported.',
      }),
      rootId: t.arg.idOf('Workspace', {
        description:
          'Only this workspace and the workspaces below it. Without `rootId`, the whole tree is exported.',
      }),
    },
    resolve: (_root, { organizationId, rootId }, context) =>
      exportOrg(context, organizationId, rootId ?? null),
  }),
);
