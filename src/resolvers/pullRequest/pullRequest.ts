import type { PullRequestState as State } from '../../../prisma/client/enums.ts';
import * as errors from '../../errors.ts';
import { id } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { page } from '../../schema/kit/connection.ts';
import { PullRequestState } from '../../schema/kit/enum.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { type ClaimedPR, claimPR, claimPRInput } from '../../services/pullRequest/claimPR.ts';
import { keyOf } from '../../services/pullRequest/pullRequestLock.ts';
import { parseQualifiedRef } from '../../services/pullRequest/pullRequestRef.ts';
import { type RefreshedPR, refreshPR } from '../../services/pullRequest/refreshPR.ts';
import { acting } from '../kit/act.ts';
import { sessionField, takenOverFromField } from '../session/sessionField.ts';

const inState = (organizationId: string, state?: State | null) => ({
  organizationId,
  state: state ?? undefined,
});

builder.prismaObjectFields('Organization', (t) => ({
  pullRequest: t.prismaField({
    type: PullRequest,
    nullable: true,
    description: 'One of the pull requests its sessions hold.',
    args: {
      ref: t.arg.string({
        required: true,
        description: 'Its URL, or `owner/repo#142` on github.com. Letter case does not matter.',
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
  pullRequests: t.prismaConnection({
    type: PullRequest,
    cursor: 'id',
    description: 'The pull requests its sessions hold, newest first.',
    args: { state: t.arg({ type: PullRequestState, description: 'Only those in this state.' }) },
    totalCount: (organization, { state }, { db }) =>
      db.prisma.pullRequest.count({ where: inState(organization.id, state) }),
    resolve: (query, organization, { state }, { db }) =>
      db.prisma.pullRequest.findMany(page({ ...query, where: inState(organization.id, state) })),
  }),
}));

const ClaimPRInput = mutationInput('ClaimPRInput', 'What `claimPR` takes.', (t) => ({
  sessionId: t.id({ required: true, description: 'The session that claims.' }),
  pr: t.string({
    required: true,
    description:
      'The pull request: `142` or `#142` in the repository of the session’s project, or `https://<host>/<owner>/<repo>/pull/142`.',
  }),
  allowTakeover: t.boolean({
    required: true,
    defaultValue: true,
    description: 'Whether to take it from another session that is not terminated.',
  }),
}));

const ClaimPRPayload = payload<ClaimedPR>('ClaimPRPayload', 'What `claimPR` answers.', (t) => ({
  session: sessionField(t, 'The session that holds it now.'),
  pullRequest: t.prismaField({
    type: PullRequest,
    description: 'The pull request, with the facts of this moment.',
    resolve: (query, { pullRequestId }, _args, { db }) =>
      db.prisma.pullRequest.findUniqueOrThrow({ ...query, where: { id: pullRequestId } }),
  }),
  takenOverFrom: takenOverFromField(t),
  branchChanged: t.boolean({
    description: 'Whether a checkout changed the branch of a workspace. A claim checks nothing out: false.',
    resolve: ({ branchChanged }) => branchChanged,
  }),
}));

builder.mutationField('claimPR', (t) =>
  t.field({
    type: ClaimPRPayload,
    description: `Makes a session hold a pull request, with the facts its host gives at this moment.

A first claim is heard as one PR_CREATED; a takeover as one PR_SESSION_CHANGED and at most one PR_UPDATED, by the subscribers of both sides; a claim again by its owner only as what changed. Drafts may be claimed; merged and closed pull requests may not. Nothing is assigned on the host and nothing is checked out.

Of several reasons to refuse, the first in this order is given: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, SESSION_TERMINATED, SESSION_NOT_CLAIMABLE (it is an orchestrator), SESSION_NO_WORKSPACE, PROJECT_NOT_RESOLVABLE (the project is archived), SESSION_NOT_CLAIMABLE (it is a scratch project), INVALID_PR_REF, PROJECT_NOT_RESOLVABLE (its repository URL is none, or a bare number needs one), PR_PROJECT_MISMATCH, SCM_UNAVAILABLE, PR_NOT_FOUND, PR_NOT_OPEN, PR_CLAIMED_BY_ACTIVE_SESSION.`,
    args: { input: t.arg({ type: ClaimPRInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [
        ...COMMON_ERRORS,
        errors.InvalidPrRefError,
        errors.SessionTerminatedError,
        errors.SessionNotClaimableError,
        errors.SessionNoWorkspaceError,
        errors.ProjectNotResolvableError,
        errors.PrProjectMismatchError,
        errors.ScmUnavailableError,
        errors.PrNotFoundError,
        errors.PrNotOpenError,
        errors.PrClaimedByActiveSessionError,
      ],
      union: { description: 'What `claimPR` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'claimPR',
        input,
        (act) =>
          claimPR(act, {
            ...input,
            sessionId: id('Session', input.sessionId),
          }),
        claimPRInput,
      ),
  }),
);

const RefreshPRInput = mutationInput('RefreshPRInput', 'What `refreshPR` takes.', (t) => ({
  pullRequestId: t.id({ required: true, description: 'The pull request to ask its host about.' }),
}));

const RefreshPRPayload = payload<RefreshedPR>('RefreshPRPayload', 'What `refreshPR` answers.', (t) => ({
  pullRequest: t.prismaField({
    type: PullRequest,
    description: 'The pull request, with the facts of this moment.',
    resolve: (query, { pullRequestId }, _args, { db }) =>
      db.prisma.pullRequest.findUniqueOrThrow({ ...query, where: { id: pullRequestId } }),
  }),
}));

builder.mutationField('refreshPR', (t) =>
  t.field({
    type: RefreshPRPayload,
    description:
      'Asks the host for the facts of a pull request anew, merged and closed ones too. Who holds it stays.',
    args: { input: t.arg({ type: RefreshPRInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, errors.ScmUnavailableError, errors.PrNotFoundError],
      union: { description: 'What `refreshPR` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(context, 'refreshPR', input, (act) =>
        refreshPR(act, {
          pullRequestId: id('PullRequest', input.pullRequestId),
        }),
      ),
  }),
);
