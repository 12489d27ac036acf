import {
  InvalidPrRefError,
  PrClaimedByActiveSessionError,
  PrNotFoundError,
  PrNotOpenError,
  PrProjectMismatchError,
  ScmUnavailableError,
} from '../../errors.ts';
import { userError } from '../kit/userError.ts';
import { Session } from '../session/session.ts';
import { PullRequestState } from './enum.ts';

userError(InvalidPrRefError, {
  description:
    'the text names no pull request. It is a number (`142`, `#142`) or a URL (`https://<host>/<owner>/<repo>/pull/142`).',
});

userError(PrProjectMismatchError, {
  description: "the URL names another repository than the project's. Letter case does not matter.",
});

userError(ScmUnavailableError, {
  description: 'the source-code host could not be asked. Nothing was written; try again.',
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      nullable: true,
      description: 'How many seconds the host asks to wait; null when it does not say.',
    }),
  }),
});

userError(PrNotFoundError, {
  description: 'the source-code host knows no such pull request, or does not show it to us.',
});

userError(PrNotOpenError, {
  description: 'merged and closed pull requests cannot be claimed. Drafts can.',
  fields: (t) => ({
    state: t.expose('state', { type: PullRequestState, description: 'MERGED or CLOSED.' }),
  }),
});

userError(PrClaimedByActiveSessionError, {
  description: 'another session that is not terminated holds it, and `allowTakeover` was false.',
  fields: (t) => ({
    ownerSession: t.exposeNode('ownerSessionId', {
      type: Session,
      description: 'The session that holds it.',
    }),
  }),
});
