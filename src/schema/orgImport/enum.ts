import * as values from '../../../prisma/client/enums.ts';
import { builder } from '../kit/builder.ts';
import { dbEnum } from '../kit/enum.ts';

export const OrgImportMode = dbEnum(
  'OrgImportMode',
  values.OrgImportMode,
  'What an import does with workspaces that exist already.',
  {
    MERGE: 'It creates what is missing and changes nothing else.',
    RECONCILE:
      'It also updates and moves workspaces to what the org file says, and removes those that a move in the file left behind.',
  },
);

export const OrgImportStatus = dbEnum('OrgImportStatus', values.OrgImportStatus, 'Where an import stands.', {
  RUNNING: 'It has started. COMPLETED or FAILED comes next.',
  COMPLETED: 'The whole tree is written. Containers may still be starting.',
  FAILED: 'Nothing was written.',
});

export const OrgImportAction = builder.enumType('OrgImportAction', {
  description: 'What an import does with one workspace.',
  values: {
    CREATED: { description: 'It is new, with an agent that was hired for it.' },
    SKIPPED: { description: 'It stays as it is. `drift` says where it differs from the org file.' },
    UPDATED: { description: 'The fields in `drift` are set to what the org file says. Only in RECONCILE.' },
    MOVED: {
      description:
        'It gets another parent, with everything below it, and the fields in `drift` are set. Only in RECONCILE.',
    },
    REMOVED: { description: 'It is removed, and its agent offboarded. Only in RECONCILE.' },
    NOT_SPAWNED: { description: 'The org file says `spawning: false` here or above. It stays as it is.' },
  },
});

export const RequirementLevel = builder.enumType('RequirementLevel', {
  description: 'How much an environment variable is needed.',
  values: {
    REQUIRED: { description: 'With a runtime, nothing is imported without it.' },
    RECOMMENDED: { description: 'Without it there is a warning.' },
  },
});
