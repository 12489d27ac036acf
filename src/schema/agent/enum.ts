import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const AgentStatus = dbEnum(
  'AgentStatus',
  values.AgentStatus,
  'Whether an agent is starting, running, stopped or failed. Only a RUNNING agent can watch repositories and run sessions.',
  {
    PENDING: "The agent's container is starting. The next status is RUNNING, ERROR or STOPPED.",
    RUNNING: 'The agent works. The next status is ERROR or STOPPED.',
    STOPPED: 'The agent was offboarded. The status is final: a replacement is another agent.',
    ERROR:
      "The agent's container did not start or has died. The agent's tokens are revoked, its sessions terminated and its watched repositories released. The next status is STOPPED.",
  },
);

export const AgentActionOutcome = dbEnum(
  'AgentActionOutcome',
  values.AgentActionOutcome,
  "Whether an agent's action was allowed.",
  { ALLOWED: 'The action was allowed.', DENIED: 'The action was denied.' },
);
