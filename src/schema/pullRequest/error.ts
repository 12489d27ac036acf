import {
  InvalidPrRefError,
  PrClaimedByActiveSessionError,
  PrNotFoundError,
  PrNotHeldError,
  PrNotOpenError,
  PrProjectMismatchError,
  ScmUnavailableError,
} from '../../errors/errors.ts';
import type { Types } from '../kit/builder.ts';
import { userError } from '../kit/userError.ts';
import { RepoRef } from '../project/repoRef.ts';
import { Session } from '../session/session.ts';
import { PullRequestState } from './enum.ts';

/** The fields that name a pull request which Muster has no row of. */
const pullRequestFields = (
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, PrNotFoundError | PrProjectMismatchError>,
) => ({
  repo: t.field({
    type: RepoRef,
    description: 'The repository in which the pull request was looked for.',
    resolve: ({ pullRequest: { owner, repo } }) => ({ owner, name: repo }),
  }),
  number: t.int({
    description: 'The number of the pull request that was looked for.',
    resolve: ({ pullRequest }) => pullRequest.number,
  }),
});

userError(InvalidPrRefError, {
  description:
    'the text does not name a pull request. Valid forms are a number (`142`, `#142`), `owner/repo#142`, and a URL (`https://<host>/<owner>/<repo>/pull/142`, also of a page of the pull request).',
});

userError(PrProjectMismatchError, {
  description: "the reference names another repository than the project's. Letter case does not matter.",
  fields: (t) => ({
    ...pullRequestFields(t),
    projectRepo: t.expose('projectRepo', {
      type: RepoRef,
      description: "The repository of the session's project.",
    }),
  }),
});

userError(ScmUnavailableError, {
  description:
    'the source-code host could not be reached or refused to answer. Nothing was written, and the mutation can be retried.',
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      nullable: true,
      description:
        'The number of seconds that the host asks to wait before a retry; null when the host gives none.',
    }),
  }),
});

userError(PrNotFoundError, {
  description: 'the source-code host has no such pull request, or does not show it to Muster.',
  fields: pullRequestFields,
});

userError(PrNotOpenError, {
  description: 'the pull request is merged or closed and cannot be claimed. Drafts can be claimed.',
  fields: (t) => ({
    state: t.expose('state', {
      type: PullRequestState,
      description: 'The state of the pull request, MERGED or CLOSED.',
    }),
  }),
});

userError(PrClaimedByActiveSessionError, {
  description:
    'another session that is not terminated holds the pull request, and `allowTakeover` was false.',
  fields: (t) => ({
    ownerSession: t.exposeNode('ownerSessionId', {
      type: Session,
      description: 'The session that holds the pull request.',
    }),
  }),
});

userError(PrNotHeldError, {
  description: 'the session does not hold the pull request, so it cannot release it.',
  fields: (t) => ({
    ownerSession: t.exposeNode('ownerSessionId', {
      type: Session,
      nullable: true,
      description: 'The session that holds the pull request; null when no session does.',
    }),
  }),
});
