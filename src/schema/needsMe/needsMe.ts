import { brandWithType } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import * as values from '../../../prisma/client/enums.ts';
import { builder } from '../kit/builder.ts';
import { dbEnum } from '../kit/enum.ts';
import { rowOf } from '../kit/rowLoader.ts';

const NeedsMeReason = dbEnum(
  'NeedsMeReason',
  values.NeedsMeReason,
  'Why something waits for a person. For a session, its `displayStatus`.',
  {
    NEEDS_INPUT: 'The session waits for input, or is blocked.',
    EXITED: "The session's process has ended.",
    NO_SIGNAL: "The session's agent has sent no signal.",
    CI_FAILED: 'The CI of a pull request of the session fails.',
    CONFLICTS: 'A pull request of the session conflicts with its target branch.',
    CHANGES_REQUESTED: 'A review of a pull request of the session requests changes.',
    AWAITING_APPROVAL: "Workflows of a pull request of the session wait for a person's approval to run.",
    PULL_REQUEST_ORPHANED: 'The pull request is open, and no live session holds it.',
    AGENT_FAILED: 'The agent is in ERROR.',
  },
);

const MESSAGES: Record<values.NeedsMeReason, string> = {
  NEEDS_INPUT: 'The session waits for your input.',
  EXITED: 'The process of the session has ended. Restore or terminate the session.',
  NO_SIGNAL: 'The agent of the session is silent. Look whether it still works.',
  CI_FAILED: 'Checks of a pull request fail.',
  CONFLICTS: 'A pull request conflicts with its target branch.',
  CHANGES_REQUESTED: 'A review requests changes.',
  AWAITING_APPROVAL: 'Workflows wait for an approval on the host.',
  PULL_REQUEST_ORPHANED: 'No live session works on the open pull request. Claim it for one, or close it.',
  AGENT_FAILED: 'The agent has failed. Offboard it, or hire another.',
};

export const NeedsMe = builder.prismaObject('NeedsMe', {
  select: {},
  description: 'Something that waits for a person.',
  fields: (t) => ({
    reason: t.expose('reason', { type: NeedsMeReason, description: 'Why it waits.' }),
    message: t.string({
      description: 'The reason in words, with what a person can do.',
      select: { reason: true },
      resolve: ({ reason }) => MESSAGES[reason],
    }),
    since: t.expose('since', {
      type: 'DateTime',
      description:
        'When it began to wait: when the session entered the lane NEEDS_YOU, when the pull request lost its live session, or when the agent failed.',
    }),
    subject: t.field({
      type: builder.nodeInterfaceRef(),
      nullable: true,
      description:
        'The session, pull request or agent that waits. Null when the session was deleted while the list was read.',
      select: { id: true, subject: true },
      async resolve({ id, subject }, _args, context, info) {
        const query = queryFromInfo({ context, info, typeName: subject, select: { id: true } });
        const row = await rowOf(context, subject, query, id);
        if (row) brandWithType(row, subject as never);
        return row as never;
      },
    }),
  }),
});
