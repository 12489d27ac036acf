import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Act, hashInput } from '../services/act.ts';
import { text, validate } from '../services/input.ts';

const keyInput = z.object({ idempotencyKey: text(1, 255).nullish() });

/**
 * The act that a mutation asks for: who asks, with what at hand, and under which key, if it is to happen once.
 * `fields` is what the service takes, and checks: here only together with a bad key, so that every issue is told at once.
 */
export function actOf(
  { viewer, requestId, db, pullRequestSource }: Context,
  mutation: string,
  input: { idempotencyKey?: string | null },
  fields: z.ZodType = z.object({}),
): Act {
  const key = keyInput.safeParse(input);
  const { idempotencyKey } = key.success ? key.data : validate(z.intersection(keyInput, fields), input);
  return {
    viewer,
    requestId,
    db,
    pullRequestSource,
    once: idempotencyKey ? { key: idempotencyKey, inputHash: hashInput(mutation, input) } : undefined,
  };
}
