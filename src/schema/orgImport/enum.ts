import * as values from '../../../prisma/client/enums.ts';
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
