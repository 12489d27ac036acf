import { entityField, uuidIn } from '../feed/entityField.ts';
import { type EventFields, liveNoun } from '../feed/liveNoun.ts';
import { Session } from '../session/session.ts';
import { PullRequest } from './pullRequest.ts';
import { PullRequestCheck, PullRequestReviewThread } from './pullRequestReview.ts';

const AT_DELIVERY = 'The pull request, read at delivery and at least as new as the event.';

liveNoun('PullRequest', {
  changes: {
    PR_CREATED: 'A pull request was claimed for the first time. The change carries its complete facts.',
    PR_UPDATED:
      'A public field of a pull request changed, or one of `mergeabilityReasons`, `latestReviews` and `unresolvedBy`, which are derived for it.',
    PR_SESSION_CHANGED:
      'A pull request passed from one session to another, was released, or was claimed after a release. A PR_UPDATED for the same pull request may follow.',
  },
  events: {
    prChanged: {
      description: 'Pull requests that are claimed for the first time, or whose facts change.',
      event: 'A pull request was claimed for the first time, or its facts changed.',
      types: ['PR_CREATED', 'PR_UPDATED'],
      filters: ['Project', 'Session', 'Agent', 'PullRequest'],
      fields: (t) => ({ pullRequest: entityField(t, { type: PullRequest, description: AT_DELIVERY }) }),
    },
    prSessionChanged: {
      description:
        "Pull requests that pass from one session to another, are released, or are claimed after a release. A filter by session, agent or project matches the old owner's and the new owner's.",
      event:
        'A pull request passed from one session to another, was released, or was claimed after a release.',
      types: ['PR_SESSION_CHANGED'],
      filters: ['Project', 'Session', 'Agent', 'PullRequest'],
      fields: (t) => ({
        pullRequest: entityField(t, { type: PullRequest, description: AT_DELIVERY }),
        fromSession: sideField(
          t,
          'from',
          'The session that held the pull request before, read at delivery; null when none did, or it no longer exists.',
        ),
        toSession: sideField(
          t,
          'to',
          'The session that the pull request passed to, read at delivery; null for a release, and when it no longer exists.',
        ),
      }),
    },
  },
});

liveNoun('PullRequestCheck', {
  changes: { PR_CHECK_RECORDED: 'A check was recorded or changed.' },
  events: {
    prCheckRecorded: {
      description: 'Checks that are recorded or change.',
      event: 'A check of a pull request was recorded or changed.',
      filters: ['PullRequest'],
      fields: (t) => ({
        check: entityField(t, {
          type: PullRequestCheck,
          description: 'The check, read at delivery and at least as new as the event.',
        }),
        pullRequest: pullRequestOf(t),
      }),
    },
  },
});

liveNoun('PullRequestReviewThread', {
  changes: {
    PR_REVIEW_THREAD_ADDED: 'A review thread was recorded.',
    PR_REVIEW_THREAD_RESOLVED: 'A review thread was resolved or reopened, as its `isResolved` says.',
  },
  events: {
    prReviewThreadChanged: {
      description: 'Review threads that are recorded, resolved or reopened.',
      event: 'A review thread of a pull request was recorded, resolved or reopened.',
      filters: ['PullRequest'],
      fields: (t) => ({
        thread: entityField(t, {
          type: PullRequestReviewThread,
          description: 'The review thread, read at delivery and at least as new as the event.',
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
