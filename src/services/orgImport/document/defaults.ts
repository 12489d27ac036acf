import { readCategoryRouting } from './categoryRouting.ts';
import type { JsonObject } from './document.ts';
import type { Mapping } from './mapping.ts';
import { readMemories } from './memories.ts';
import { readPlugins } from './plugins.ts';
import { readPrompt } from './prompt.ts';
import type { Reading } from './reading.ts';
import { DEFAULT_RUNTIME, DEFAULT_TIER, MAX_TIER, MIN_TIER, RUNTIMES } from './runtime.ts';
import type { TextRule } from './text.ts';

export const MODEL: TextRule = { max: 100, lines: 'one' };
export const MAX_IDLE_SECONDS = 31_536_000;

/** The values of a workspace for the keys that it does not have itself. */
export type Defaults = {
  runtime: string;
  tier: number;
  model: string | null;
  plugins: string[];
  initialPrompt: string | undefined;
  idlePrompt: string | undefined;
  idleIntervalSeconds: number;
  categoryRouting: JsonObject;
  initialMemories: JsonObject[] | undefined;
};

const KEYS = [
  'runtime',
  'tier',
  'model',
  'required_env',
  'recommended_env',
  'plugins',
  'initial_prompt',
  'initial_prompt_file',
  'idle_prompt',
  'idle_prompt_file',
  'idle_interval_seconds',
  'category_routing',
  'initial_memories',
];

export const NO_DEFAULTS: Defaults = {
  runtime: DEFAULT_RUNTIME,
  tier: DEFAULT_TIER,
  model: null,
  plugins: [],
  initialPrompt: undefined,
  idlePrompt: undefined,
  idleIntervalSeconds: 600,
  categoryRouting: {},
  initialMemories: undefined,
};

export function readDefaults(mapping: Mapping, reading: Reading): Defaults {
  mapping.warnUnknownKeys(KEYS);
  const { findings, orgFolder } = reading;
  return {
    ...readKind(mapping, NO_DEFAULTS),
    plugins: readPlugins(mapping, [], findings),
    initialPrompt: readPrompt(mapping, 'initial_prompt', orgFolder, reading) ?? undefined,
    idlePrompt: readPrompt(mapping, 'idle_prompt', orgFolder, reading) ?? undefined,
    idleIntervalSeconds: readIdleInterval(mapping) ?? NO_DEFAULTS.idleIntervalSeconds,
    categoryRouting: readCategoryRouting(mapping, {}, findings),
    initialMemories: mapping.get('initial_memories')
      ? readMemories(mapping, 'initial_memories', 'LOCAL', findings)
      : undefined,
  };
}

/** Reads the runtime, the model and the tier. */
export function readKind(mapping: Mapping, defaults: Pick<Defaults, 'runtime' | 'tier' | 'model'>) {
  return {
    runtime: mapping.choice('runtime', RUNTIMES) ?? defaults.runtime,
    tier: mapping.integer('tier', MIN_TIER, MAX_TIER) ?? defaults.tier,
    model: mapping.text('model', MODEL) || defaults.model,
  };
}

export function readIdleInterval(mapping: Mapping): number | undefined {
  return mapping.integer('idle_interval_seconds', 1, MAX_IDLE_SECONDS);
}
