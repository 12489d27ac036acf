import { builder } from '../../schema/index.ts';
import { exportOrg } from '../../services/orgImport/exportOrg.ts';

builder.queryField('exportOrg', (t) =>
  t.string({
    nullable: true,
    description:
      'The live tree of workspaces as one org file in YAML, siblings by name, with everything that an import kept. Importing it again into the same organization skips every workspace. Null when there is no such organization or live workspace, or the viewer may not see it.',
    args: {
      organizationId: t.arg.idOf('Organization', { required: true, description: 'The organization.' }),
      rootId: t.arg.idOf('Workspace', {
        description: 'Only this workspace and everything below it. Without it, the whole tree.',
      }),
    },
    resolve: (_root, { organizationId, rootId }, context) =>
      exportOrg(context, organizationId, rootId ?? null),
  }),
);
