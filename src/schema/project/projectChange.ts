import { liveNoun } from '../feed/liveNoun.ts';

liveNoun('Project', {
  changes: {
    PROJECT_CREATED: 'A project was registered.',
    PROJECT_UPDATED: 'A public field of a project changed.',
    PROJECT_ARCHIVED: 'A project was archived.',
  },
});
