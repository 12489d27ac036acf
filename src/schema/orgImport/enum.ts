import * as values from '../../../prisma/client/enums.ts';
import { builder } from '../kit/builder.ts';
import { dbEnum } from '../kit/enum.ts';

export const OrgImportMode = dbEnum(
  'OrgImportMode',
  values.OrgImportMode,
  'The effect of an import on workspaces that exist already.',
  {
    MERGE: 'The import creates missing workspaces and changes nothing else.',
    RECONCILE:
      'The import also updates and moves workspaces to match the org file. It removes a workspace whose name the file has at another place only, when no place is left for it there.',
  },
);

export const OrgImportStatus = dbEnum('OrgImportStatus', values.OrgImportStatus, 'The status of an import.', {
  RUNNING: 'The import has started. It becomes COMPLETED or FAILED.',
  COMPLETED: 'The import has written the whole tree. Containers may still be starting.',
  FAILED: 'The import ended and wrote nothing.',
});

export const OrgImportAction = builder.enumType('OrgImportAction', {
  description: 'The effect of an import on one workspace.',
  values: {
    CREATED: { description: 'The workspace is created, and an agent is hired for it.' },
    SKIPPED: {
      description:
        'The workspace is not changed. `drift` lists the fields in which it differs from the org file.',
    },
    UPDATED: {
      description:
        "The fields listed in `drift` are set to the org file's values. Only in the mode RECONCILE.",
    },
    MOVED: {
      description:
        "The workspace is moved to another parent, together with all workspaces below it, and the fields listed in `drift` are set to the org file's values. Only in the mode RECONCILE.",
    },
    REMOVED: {
      description: 'The workspace is removed, and its agent is offboarded. Only in the mode RECONCILE.',
    },
    NOT_SPAWNED: {
      description:
        'The org file sets `spawning: false` for the workspace or for one above it. The workspace is neither created nor changed.',
    },
  },
});

export const RequirementLevel = builder.enumType('RequirementLevel', {
  description: 'The effect of a missing environment variable on an import.',
  values: {
    REQUIRED: { description: 'A server with a runtime refuses an import without the variable.' },
    RECOMMENDED: { description: 'An import without the variable has a warning.' },
  },
});
