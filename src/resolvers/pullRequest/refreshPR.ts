import { PrNotFoundError, RepositoryNotGrantedError, ScmUnavailableError } from '../../errors/errors.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { refreshPR } from '../../services/pullRequest/refreshPR.ts';
import { mutation } from '../kit/mutation.ts';

mutation('refreshPR', {
  description:
    'Fetches the facts of a pull request from its host again. Merged and closed pull requests can be refreshed too. The session that holds the pull request does not change. Allowed for OWNER, ADMIN and MEMBER, and for an agent whose session holds the pull request.',
  input: (t) => ({
    pullRequestId: t.idOf('PullRequest', {
      required: true,
      description: 'The pull request to refresh.',
    }),
  }),
  errors: [RepositoryNotGrantedError, ScmUnavailableError, PrNotFoundError],
  act: refreshPR,
  payload: (t) => ({
    pullRequest: t.exposeNode('pullRequestId', {
      type: PullRequest,
      description: 'The pull request, with the facts just fetched.',
    }),
  }),
});
