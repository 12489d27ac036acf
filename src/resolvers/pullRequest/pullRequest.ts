import { builder } from '../../schema/index.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { PullRequestState } from '../../schema/pullRequest/enum.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { keyOf } from '../../services/pullRequest/pullRequestLock.ts';
import { parseQualifiedRef } from '../../services/pullRequest/pullRequestRef.ts';

builder.prismaObjectFields('Organization', (t) => ({
  pullRequest: t.field({
    type: PullRequest,
    nullable: true,
    description:
      'The pull request with a reference, if a session of the organization holds it; otherwise null.',
    args: {
      ref: t.arg.string({
        required: true,
        description:
          'The URL of the pull request, or `owner/repo#142` for one on github.com. Letter case does not matter.',
      }),
    },
    select: ({ ref }, _context, nested) => {
      const coordinates = parseQualifiedRef(ref);
      return { pullRequests: nested({ where: coordinates ? keyOf(coordinates) : NONE, take: 1 }) };
    },
    resolve: ({ pullRequests: [pullRequest] }) => pullRequest ?? null,
  }),
  pullRequests: t.relatedConnection('pullRequests', {
    ...relatedList(),
    description: "The pull requests that the organization's sessions hold, newest first.",
    args: { state: t.arg({ type: PullRequestState, description: 'Only pull requests in this state.' }) },
    query: ({ state }) => ({ where: { state: state ?? undefined } }),
  }),
}));

const NONE = { id: { in: [] } };
