import { PrNotHeldError } from '../../errors/errors.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { Session } from '../../schema/session/session.ts';
import { releasePR } from '../../services/pullRequest/releasePR.ts';
import { mutation } from '../kit/mutation.ts';

mutation('releasePR', {
  description: `Makes a session give up a pull request, for example after a wrong claim. No session holds the pull request then, until one claims it. It keeps its project and its facts. Merged and closed pull requests can be released too, and so can those of a terminated session. A release changes nothing on the host.

The feed delivers one PR_SESSION_CHANGED, whose \`to\` is null.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. PR_NOT_HELD: another session holds the pull request, or none does.

Allowed for OWNER, ADMIN and MEMBER, and for an agent's own sessions.`,
  input: (t) => ({
    sessionId: t.idOf('Session', {
      required: true,
      description: 'The session that holds the pull request.',
    }),
    pullRequestId: t.idOf('PullRequest', {
      required: true,
      description: 'The pull request to release.',
    }),
  }),
  errors: [PrNotHeldError],
  act: releasePR,
  payload: (t) => ({
    session: t.exposeNode('sessionId', {
      type: Session,
      description: 'The session that held the pull request.',
    }),
    pullRequest: t.exposeNode('pullRequestId', {
      type: PullRequest,
      description: 'The pull request, which no session holds now.',
    }),
  }),
});
