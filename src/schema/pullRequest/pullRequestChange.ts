import { entityField, uuidIn } from '../feed/entityField.ts';
import { type EventFields, liveNoun } from '../feed/liveNoun.ts';
import { Session } from '../session/session.ts';
import { PullRequest } from './pullRequest.ts';
import { PullRequestCheck, PullRequestReviewThread } from './pullRequestReview.ts';

const AT_DELIVERY = 'The pull request, read at delivery: at least as new as the event.';

liveNoun('PullRequest', {
  changes: {
    PR_CREATED: 'A pull request was claimed for the first time. The facts are final.',
    PR_UPDATED: 'A public field of a pull request changed.',
    PR_SESSION_CHANGED: 'A pull request passed from one session to another. A PR_UPDATED may follow.',
  },
  events: {
    prChanged: {
      description: 'Pull requests as they are claimed for the first time, and as their facts change.',
      event: 'A pull request was claimed for the first time, or its facts changed.',
      types: ['PR_CREATED', 'PR_UPDATED'],
      filters: ['Project', 'Session', 'PullRequest'],
      fields: (t) => ({ pullRequest: entityField(t, { type: PullRequest, description: AT_DELIVERY }) }),
    },
    prSessionChanged: {
      description:
        'Pull requests as they pass from one session to another. A filter by session or project matches both sides.',
      event: 'A pull request passed from one session to another.',
      types: ['PR_SESSION_CHANGED'],
      filters: ['Project', 'Session', 'PullRequest'],
      fields: (t) => ({
        pullRequest: entityField(t, { type: PullRequest, description: AT_DELIVERY }),
        fromSession: sideField(t, 'from', 'Who held it before, read at delivery; null when it is gone.'),
        toSession: sideField(t, 'to', 'Who holds it now, read at delivery; null when it is gone.'),
      }),
    },
  },
});

liveNoun('PullRequestCheck', {
  changes: { PR_CHECK_RECORDED: 'A check was recorded, or changed.' },
  events: {
    prCheckRecorded: {
      description: 'Checks as they are recorded and change.',
      event: 'A check of a pull request was recorded, or changed.',
      filters: ['PullRequest'],
      fields: (t) => ({
        check: entityField(t, {
          type: PullRequestCheck,
          description: 'The check, read at delivery: at least as new as the event.',
        }),
        pullRequest: pullRequestOf(t),
      }),
    },
  },
});

liveNoun('PullRequestReviewThread', {
  changes: {
    PR_REVIEW_THREAD_ADDED: 'A review thread was recorded.',
    PR_REVIEW_THREAD_RESOLVED: 'A review thread was resolved, or opened again: see `isResolved`.',
  },
  events: {
    prReviewThreadChanged: {
      description: 'Review threads as they are recorded, resolved and opened again.',
      event: 'A review thread of a pull request was recorded, resolved or opened again.',
      filters: ['PullRequest'],
      fields: (t) => ({
        thread: entityField(t, {
          type: PullRequestReviewThread,
          description: 'The thread, read at delivery: at least as new as the event.',
        }),
        pullRequest: pullRequestOf(t),
      }),
    },
  },
});

/** The pull request that a check or a thread belongs to. */
function pullRequestOf(t: EventFields) {
  return entityField(t, {
    type: PullRequest,
    description: AT_DELIVERY,
    id: ({ payload }) => uuidIn(payload.row, 'pullRequest'),
  });
}

function sideField(t: EventFields, side: 'from' | 'to', description: string) {
  return entityField(t, {
    type: Session,
    description,
    id: ({ payload }) => uuidIn(payload, side),
    ids: ({ payload }) => [uuidIn(payload, 'from'), uuidIn(payload, 'to')],
  });
}
