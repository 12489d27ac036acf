import { Agent } from '../../schema/agent/agent.ts';
import type { PayloadFields } from '../../schema/kit/mutation.ts';

/** The agent that an act was about, as payloads name it. */
export const agentField = <Result extends { agentId: string }>(
  t: PayloadFields<Result>,
  description: string,
) =>
  t.prismaField({
    type: Agent,
    description,
    resolve: (query, { agentId }, _args, { db }) =>
      db.prisma.agent.findUniqueOrThrow({ ...query, where: { id: agentId } }),
  });
