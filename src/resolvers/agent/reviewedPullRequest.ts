import { AgentNotRunningError } from '../../errors/errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import { ReviewedPullRequest } from '../../schema/agent/reviewedPullRequest.ts';
import { recordReviewedPR, recordReviewedPRInput } from '../../services/agent/reviewedPullRequest.ts';
import { mutation } from '../kit/mutation.ts';

mutation('recordReviewedPR', {
  description:
    "Records that an agent reviewed a pull request. All agents that one person hired in an organization share one record per pull request, so a second agent gets the first one's record. Refused with AGENT_NOT_RUNNING when the agent is STOPPED or in ERROR. Allowed for the agent itself, OWNER and ADMIN.",
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent that reviewed the pull request.' }),
    repo: t.string({
      required: true,
      description: 'The repository, as `owner/name` on GitHub. Letter case does not matter.',
    }),
    number: t.int({ required: true, description: 'The number of the pull request in its repository.' }),
  }),
  schema: recordReviewedPRInput,
  errors: [AgentNotRunningError],
  act: recordReviewedPR,
  payload: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent named in the input.' }),
    reviewedPullRequest: t.exposeNode('reviewedPullRequestId', {
      type: ReviewedPullRequest,
      description: 'The record of the review: a new one, or the existing one.',
    }),
    alreadyReviewedBy: t.exposeNode('alreadyReviewedById', {
      type: Agent,
      nullable: true,
      description:
        'The agent that had reviewed the pull request before; null for a first review. It is an agent that the same person hired: another one, offboarded ones included, or the same agent.',
    }),
  }),
});
