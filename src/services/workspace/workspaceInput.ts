/** The fields of a workspace that its users set. */
import { z } from 'zod';
import { jsonObject, line, text } from '../act/input.ts';
import {
  DEFAULT_RUNTIME,
  DEFAULT_TIER,
  MAX_TIER,
  MIN_TIER,
  RUNTIMES,
} from '../orgImport/document/runtime.ts';

const PLUGINS_MAX = 200;

/** A control character separates the names of a path, so no name may contain one. */
export const workspaceName = line(1, 255);

export const workspaceFields = z.object({
  role: text(0, 10_000)
    .transform((role) => role || null)
    .nullish(),
  runtime: z
    .string()
    .refine((runtime) => RUNTIMES.some((each) => each === runtime), `must be one of: ${RUNTIMES.join(', ')}`)
    .nullish(),
  tier: z.int().min(MIN_TIER).max(MAX_TIER).nullish(),
  model: line(1, 255).nullish(),
  plugins: z
    .array(line(1, 255))
    .max(PLUGINS_MAX)
    .refine((plugins) => new Set(plugins).size === plugins.length, 'must not name a plugin twice')
    .nullish(),
  spec: jsonObject.nullish(),
});

/** Returns the columns for the given fields. Null resets a field to its default. */
export function columnsFor({ role, runtime, tier, model, plugins, spec }: z.output<typeof workspaceFields>) {
  return {
    role,
    runtime: runtime === null ? DEFAULT_RUNTIME : runtime,
    tier: tier === null ? DEFAULT_TIER : tier,
    model,
    plugins: plugins === null ? [] : plugins,
    spec: spec === null ? {} : spec,
  };
}
