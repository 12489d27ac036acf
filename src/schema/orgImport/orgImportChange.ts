import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { OrgImport } from './orgImport.ts';

liveNoun('OrgImport', {
  changes: {
    ORG_IMPORT_STARTED: 'An import started.',
    ORG_IMPORT_PROGRESSED:
      'The `provisionedCount` or `failedCount` of an import changed. The event follows ORG_IMPORT_COMPLETED.',
    ORG_IMPORT_COMPLETED: 'An import wrote the whole tree.',
    ORG_IMPORT_FAILED: 'An import ended and wrote nothing.',
  },
  events: {
    orgImportChanged: {
      description: 'Imports that start, progress or end.',
      event: 'An import started, progressed or ended.',
      filters: [{ name: 'importId', type: 'OrgImport', description: 'Only changes of this import.' }],
      fields: (t) => ({
        import: entityField(t, {
          type: OrgImport,
          description: 'The import, read at delivery and at least as new as the event.',
        }),
      }),
    },
  },
});
