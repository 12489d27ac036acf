import { builder } from '../../schema/index.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { PullRequestState } from '../../schema/pullRequest/enum.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { keyOf } from '../../services/pullRequest/pullRequestLock.ts';
import { parseQualifiedRef } from '../../services/pullRequest/pullRequestRef.ts';

builder.prismaObjectFields('Organization', (t) => ({
  pullRequest: t.prismaField({
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
    resolve: (query, organization, { ref }, { db }) => {
      const coordinates = parseQualifiedRef(ref);
      return (
        coordinates &&
        db.prisma.pullRequest.findFirst({
          ...query,
          where: { organizationId: organization.id, ...keyOf(coordinates) },
        })
      );
    },
  }),
  pullRequests: t.relatedConnection('pullRequests', {
    ...relatedList(),
    description: "The pull requests that the organization's sessions hold, newest first.",
    args: { state: t.arg({ type: PullRequestState, description: 'Only pull requests in this state.' }) },
    query: ({ state }) => ({ where: { state: state ?? undefined } }),
  }),
}));
