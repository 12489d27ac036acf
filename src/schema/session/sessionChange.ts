import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { Session } from './session.ts';

liveNoun('Session', {
  changes: {
    SESSION_CREATED: 'A session was spawned.',
    SESSION_UPDATED: 'A public field of a session changed.',
    SESSION_DELETED: 'A session that owned no pull request was deleted.',
  },
  events: {
    sessionChanged: {
      description: 'Sessions as they are spawned, change and are deleted.',
      event: 'A session was spawned, changed or deleted.',
      filters: ['Project', 'Session'],
      fields: (t) => ({
        session: entityField(t, {
          type: Session,
          description: 'The session, read at delivery: at least as new as the event; null when it is gone.',
        }),
      }),
    },
  },
});
