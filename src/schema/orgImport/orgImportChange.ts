import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { OrgImport } from './orgImport.ts';

liveNoun('OrgImport', {
  changes: {
    ORG_IMPORT_STARTED: 'An import started.',
    ORG_IMPORT_PROGRESSED:
      'More of the workspaces that an import created have come ONLINE, or have FAILED. May follow ORG_IMPORT_COMPLETED.',
    ORG_IMPORT_COMPLETED: 'An import has written the whole tree.',
    ORG_IMPORT_FAILED: 'An import ended without writing anything.',
  },
  events: {
    orgImportChanged: {
      description: 'Imports as they start, progress and end.',
      event: 'An import started, progressed or ended.',
      filters: [{ name: 'importId', type: 'OrgImport', description: 'Only changes of this import.' }],
      fields: (t) => ({
        import: entityField(t, {
          type: OrgImport,
          description: 'The import, read at delivery: at least as new as the event.',
        }),
      }),
    },
  },
});
