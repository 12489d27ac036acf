/** What happens to pull requests, as it happens. */
import {
  PrChanged,
  PrCheckRecorded,
  PrReviewThreadChanged,
  PrSessionChanged,
} from '../../schema/feed/event.ts';
import { builder } from '../../schema/index.ts';
import { filterArgs, listeningArgs } from '../kit/listeningArgs.ts';
import { filterId, resolveChange, subscribe } from '../kit/subscribe.ts';

builder.subscriptionField('prSessionChanged', (t) =>
  t.field({
    type: PrSessionChanged,
    description:
      'Pull requests as they pass from one session to another. A filter by session or project matches both sides.',
    args: {
      ...listeningArgs(t),
      projectId: filterArgs.projectId(t),
      sessionId: filterArgs.sessionId(t),
      pullRequestId: filterArgs.pullRequestId(t),
    },
    subscribe: (_root, { organizationId, after, projectId, sessionId, pullRequestId }, context) =>
      subscribe(context, {
        organizationId,
        after,
        types: ['PR_SESSION_CHANGED'],
        about: [
          filterId('Project', projectId),
          filterId('Session', sessionId),
          filterId('PullRequest', pullRequestId),
        ],
      }),
    resolve: resolveChange,
  }),
);

builder.subscriptionField('prChanged', (t) =>
  t.field({
    type: PrChanged,
    description: 'Pull requests as they are claimed for the first time, and as their facts change.',
    args: {
      ...listeningArgs(t),
      projectId: filterArgs.projectId(t),
      sessionId: filterArgs.sessionId(t),
      pullRequestId: filterArgs.pullRequestId(t),
    },
    subscribe: (_root, { organizationId, after, projectId, sessionId, pullRequestId }, context) =>
      subscribe(context, {
        organizationId,
        after,
        types: ['PR_CREATED', 'PR_UPDATED'],
        about: [
          filterId('Project', projectId),
          filterId('Session', sessionId),
          filterId('PullRequest', pullRequestId),
        ],
      }),
    resolve: resolveChange,
  }),
);

builder.subscriptionField('prCheckRecorded', (t) =>
  t.field({
    type: PrCheckRecorded,
    description: 'Checks as they are recorded and change.',
    args: { ...listeningArgs(t), pullRequestId: filterArgs.pullRequestId(t) },
    subscribe: (_root, { organizationId, after, pullRequestId }, context) =>
      subscribe(context, {
        organizationId,
        after,
        types: ['PR_CHECK_RECORDED'],
        about: [filterId('PullRequest', pullRequestId)],
      }),
    resolve: resolveChange,
  }),
);

builder.subscriptionField('prReviewThreadChanged', (t) =>
  t.field({
    type: PrReviewThreadChanged,
    description: 'Review threads as they are recorded, resolved and opened again.',
    args: { ...listeningArgs(t), pullRequestId: filterArgs.pullRequestId(t) },
    subscribe: (_root, { organizationId, after, pullRequestId }, context) =>
      subscribe(context, {
        organizationId,
        after,
        types: ['PR_REVIEW_THREAD_ADDED', 'PR_REVIEW_THREAD_RESOLVED'],
        about: [filterId('PullRequest', pullRequestId)],
      }),
    resolve: resolveChange,
  }),
);
