import { PrNotFoundError, ScmUnavailableError } from '../../errors.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { refreshPR } from '../../services/pullRequest/refreshPR.ts';
import { mutation } from '../kit/mutation.ts';

mutation('refreshPR', {
  description:
    'Asks the host for the facts of a pull request anew, merged and closed ones too. Who holds it stays.',
  input: (t) => ({
    pullRequestId: t.idOf('PullRequest', {
      required: true,
      description: 'The pull request to ask its host about.',
    }),
  }),
  errors: [ScmUnavailableError, PrNotFoundError],
  act: refreshPR,
  payload: (t) => ({
    pullRequest: t.exposeNode('pullRequestId', {
      type: PullRequest,
      description: 'The pull request, with the facts of this moment.',
    }),
  }),
});
