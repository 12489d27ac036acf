import { AgentNotRunningError } from '../../errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { ReviewedPullRequest } from '../../schema/agent/reviewedPullRequest.ts';
import { recordReviewedPR, recordReviewedPRInput } from '../../services/agent/reviewedPullRequest.ts';
import { mutation } from '../kit/mutation.ts';

mutation('recordReviewedPR', {
  description:
    'Records that an agent reviewed a pull request, once for all agents of the person who hired it. For the agent itself, OWNER and ADMIN.',
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'Who reviewed.' }),
    repo: t.string({
      required: true,
      description: 'The repository, as `owner/name` on GitHub. Letter case does not matter.',
    }),
    number: t.int({ required: true, description: 'The number of the pull request there.' }),
  }),
  schema: recordReviewedPRInput,
  errors: [AgentNotRunningError],
  act: recordReviewedPR,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent that asked.' }),
    reviewedPullRequest: t.exposeNode('reviewedPullRequestId', {
      type: ReviewedPullRequest,
      description: 'The record: the new one, or the one there was.',
    }),
    alreadyReviewedBy: t.exposeNode('alreadyReviewedById', {
      type: Agent,
      nullable: true,
      description:
        'Who had reviewed it before, of all agents that the same person hired, offboarded ones and itself among them; null when nobody had.',
    }),
  }),
});
