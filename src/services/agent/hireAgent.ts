import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { jsonObject, text, validate } from '../act/input.ts';
import { recordStructureEvent } from '../act/structureEvent.ts';

export const hireAgentInput = z.object({
  name: text(1, 100),
  role: text(1, 100),
  config: jsonObject.nullish(),
});

const result = z.object({ agentId: z.guid() });
export type Hired = z.output<typeof result>;

/**
 * Hires an agent. Without a runtime it is RUNNING at once. With a runtime it is PENDING until a job has started its
 * container.
 */
export async function hireAgent(
  act: Act,
  { organizationId, ...input }: { organizationId: string } & z.input<typeof hireAgentInput>,
) {
  const { name, role, config } = validate(hireAgentInput, input);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'agent.hire', organizationId),
    async write(tx, { viewer }) {
      const hasContainer = act.runtime.kind !== 'none';
      const { id: agentId } = await tx.agent.create({
        data: {
          organizationId,
          name,
          role,
          config: config ?? {},
          status: hasContainer ? 'PENDING' : 'RUNNING',
          hiredById: viewer.id,
        },
      });
      if (hasContainer) await act.jobs.enqueue(tx, { name: 'agent.start', data: { agentId } });
      await recordStructureEvent(tx, act, {
        organizationId,
        type: 'agent.hired',
        subject: { type: 'Agent', id: agentId },
        payload: { name, role },
      });
      return { agentId };
    },
  });
}
