/** Creates and removes checkouts through the program of the runtime. */
import { z } from 'zod';
import type { CheckoutState, Checkouts } from '../services/port/checkout.ts';
import { RuntimeError } from '../services/port/runtime.ts';
import { type Call, isGone, lastLine, referenceIn } from './call.ts';

/** A creation may have to clone the repository. */
const CREATE_MS = 300_000;
const INSPECT_MS = 10_000;
const SAVE_MS = 120_000;
const REMOVE_MS = 120_000;

const state = z.union([
  z.object({ repository: z.literal(false) }).transform((): CheckoutState => 'NOT_A_REPOSITORY'),
  z
    .object({ head: z.string().min(1).nullable(), dirty: z.boolean(), merged: z.boolean() })
    .transform(
      ({ head, dirty, merged }): CheckoutState => ({ headSha: head, isDirty: dirty, isMerged: merged }),
    ),
]);

export function execCheckouts(call: Call): Checkouts {
  return {
    async create(checkout, signal) {
      const ended = await call('checkout-create', checkout, { timeoutMs: CREATE_MS, signal });
      return { checkoutRef: referenceIn(ended, 'checkout-create', 'checkout'), output: ended.output };
    },

    async inspect(checkout, signal) {
      const options = { timeoutMs: INSPECT_MS, signal, mayBeGone: true };
      const ended = await call('checkout-inspect', checkout, options);
      if (isGone(ended)) return 'MISSING';
      const found = state.safeParse(json(lastLine(ended.stdout)));
      if (!found.success) {
        throw new RuntimeError(
          'checkout-inspect did not print what it found as its last line.',
          ended.output,
        );
      }
      return found.data;
    },

    async save(checkout, branch, signal) {
      return await call('checkout-save', { ...checkout, saveTo: branch }, { timeoutMs: SAVE_MS, signal });
    },

    async remove(checkout, signal) {
      return await call('checkout-remove', checkout, { timeoutMs: REMOVE_MS, signal, mayBeGone: true });
    },
  };
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
