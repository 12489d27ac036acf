import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { Session } from './session.ts';

liveNoun('Session', {
  changes: {
    SESSION_CREATED: 'A session was spawned.',
    SESSION_UPDATED: 'A public field of a session changed.',
    SESSION_DELETED: 'A session that held no pull request was deleted.',
  },
  events: {
    sessionChanged: {
      description: 'Sessions that are spawned, change, or are deleted.',
      event: 'A session was spawned, changed, or was deleted.',
      filters: ['Project', 'Session', 'Agent'],
      fields: (t) => ({
        session: entityField(t, {
          type: Session,
          description:
            'The session, read at delivery and at least as new as the event; null when it no longer exists.',
        }),
      }),
    },
  },
});
