import type { Findings } from '../source/findings.ts';
import type { Mapping } from './mapping.ts';
import { NAME, textOf } from './text.ts';

/** The defaults' plugins, then the workspace's own. `!name` or `-name` removes a plugin of the defaults. */
export function readPlugins(mapping: Mapping, defaults: readonly string[], findings: Findings): string[] {
  const plugins = new Set(defaults);
  for (const node of mapping.items('plugins')) {
    const entry = textOf(node, NAME, findings);
    if (entry === undefined) continue;
    const removes = entry.startsWith('!') || entry.startsWith('-');
    const name = removes ? entry.slice(1).trim() : entry;
    if (name === '') findings.error(node, 'a plugin must have a name');
    else if (!removes) plugins.add(name);
    else if (!plugins.delete(name))
      findings.warning(node, `there is no plugin ${JSON.stringify(name)} to take out`);
  }
  return [...plugins];
}
