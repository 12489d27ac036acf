/**
 * What an installation needs of the organization that receives it. The template agent's config says so, in two keys:
 * `required_env` as in an org file, and `connections`.
 */
import { z } from 'zod';
import { text } from '../../act/input.ts';
import type { Fault } from './fault.ts';
import type { ManifestItem } from './item.ts';

const MAX_NEEDS = 100;

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'must be the name of an environment variable');

const needs = z.object({
  required_env: z.array(environmentName).max(MAX_NEEDS).default([]),
  connections: z.array(text(1, 255)).max(MAX_NEEDS).default([]),
});

export type Needs = {
  /** Names of environment variables that the agent is started with. */
  environment: string[];
  /** Names of connections that watchers read through. */
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

/** A config that is no object is a fault of its own. */
function agentConfig(items: readonly ManifestItem[]): object {
  const config = items.find((item) => item.kind === 'AGENT')?.fields.config;
  return typeof config === 'object' && config !== null && !Array.isArray(config) ? config : {};
}
