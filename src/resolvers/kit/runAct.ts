import { z } from 'zod';
import type { Context } from '../../context.ts';
import { UserError } from '../../errors.ts';
import type { Act } from '../../services/act/act.ts';
import { hashInput } from '../../services/act/idempotency.ts';
import { text, validate } from '../../services/act/input.ts';
import { recordRefusal } from '../../services/agent/agentAction.ts';

type Input = { idempotencyKey?: string | null };

const keyInput = z.object({ idempotencyKey: text(1, 255).nullish() });

/**
 * Runs the act that a mutation asks for. A refusal is recorded in the action log of the agent that asked.
 *
 * @param schema what the service checks. It is checked here only together with a bad key, so that every issue is
 * reported at once.
 */
export async function runAct<Result>(
  context: Context,
  mutation: string,
  input: Input,
  schema: z.ZodType | undefined,
  run: (act: Act) => Promise<Result>,
): Promise<Result> {
  try {
    return await run(createAct(context, mutation, input, schema));
  } catch (error) {
    if (error instanceof UserError) await recordRefusal(context, mutation, error);
    throw error;
  }
}

function createAct(
  { viewer, requestId, db, pullRequestSource, jobs, runtime }: Context,
  mutation: string,
  input: Input,
  schema: z.ZodType = z.object({}),
): Act {
  const key = keyInput.safeParse(input);
  const { idempotencyKey } = key.success ? key.data : validate(z.intersection(keyInput, schema), input);
  return {
    viewer,
    requestId,
    db,
    pullRequestSource,
    jobs,
    runtime,
    once: idempotencyKey
      ? {
          key: idempotencyKey,
          // Computed when it is asked for: by then the service has refused what is too deep to be walked.
          get inputHash() {
            return hashInput(mutation, input);
          },
        }
      : undefined,
  };
}
