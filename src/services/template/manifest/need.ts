/**
 * The needs of an installation, from two keys of the template agent's config: `required_env`, as in an org file, and
 * `connections`.
 */
import { z } from 'zod';
import { line } from '../../act/input.ts';
import type { Fault } from './fault.ts';
import type { ManifestItem } from './item.ts';

const MAX_NEEDS = 100;

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'must be the name of an environment variable');

const needs = z.object({
  required_env: z.array(environmentName).max(MAX_NEEDS).default([]),
  connections: z.array(line(1, 255)).max(MAX_NEEDS).default([]),
});

export type Needs = {
  /** The names of the environment variables that the agent needs. */
  environment: string[];
  /** The names of the connections that the watchers read through. */
  connections: string[];
};

export function needsOf(items: readonly ManifestItem[]): Needs {
  const { data } = needs.safeParse(agentConfig(items));
  return { environment: data?.required_env ?? [], connections: data?.connections ?? [] };
}

export function needFaults(items: readonly ManifestItem[]): Fault[] {
  const { error } = needs.safeParse(agentConfig(items));
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: ['AGENT.agent.config', ...path].join('.'),
    message,
  }));
}

/** The schema of the agent reports a config that is not an object. */
function agentConfig(items: readonly ManifestItem[]): object {
  const config = items.find((item) => item.kind === 'AGENT')?.fields.config;
  return typeof config === 'object' && config !== null && !Array.isArray(config) ? config : {};
}
