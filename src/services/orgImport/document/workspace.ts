import { MAX_WORKSPACE_DEPTH } from '../source/limits.ts';
import type { SourceNode } from '../source/sourceNode.ts';
import { readChannels } from './channels.ts';
import { type Defaults, NO_DEFAULTS, readKind } from './defaults.ts';
import type { DocumentWorkspace, RequirementEntry } from './document.ts';
import { environmentNames, readNeeded } from './environment.ts';
import { readFolder } from './folder.ts';
import { type Mapping, mappingOf } from './mapping.ts';
import { readPlugins } from './plugins.ts';
import type { Reading } from './reading.ts';
import { readSchedules } from './schedules.ts';
import { readSpec } from './spec.ts';
import { NAME, type TextRule } from './text.ts';
import { Unique } from './unique.ts';

const ROLE: TextRule = { max: 10_000, lines: 'many' };

const KEYS = [
  'name',
  'role',
  'runtime',
  'tier',
  'model',
  'template',
  'files_dir',
  'spawning',
  'system_prompt',
  'workspace_dir',
  'workspace_access',
  'plugins',
  'initial_prompt',
  'initial_prompt_file',
  'idle_prompt',
  'idle_prompt_file',
  'idle_interval_seconds',
  'category_routing',
  'initial_memories',
  'max_concurrent_tasks',
  'schedules',
  'channels',
  'external',
  'url',
  'canvas',
  'required_env',
  'recommended_env',
  'children',
];

/** Reads the workspaces of a document and collects their requirements. */
export class WorkspaceReader {
  readonly requirements: RequirementEntry[] = [];
  readonly #reading: Reading;
  readonly #defaults: Defaults;
  /** The number of characters in the lists that every workspace takes from its defaults. */
  readonly #inheritedSize: number;

  constructor(reading: Reading, defaults: Defaults) {
    this.#reading = reading;
    this.#defaults = defaults;
    const { plugins, categoryRouting, initialMemories } = defaults;
    this.#inheritedSize = JSON.stringify([plugins, categoryRouting, initialMemories]).length;
  }

  /** @param parent the path of the parent */
  siblings(nodes: SourceNode[], parent: string[] = [], spawning = true): DocumentWorkspace[] {
    const names = new Unique('workspace', this.#reading.findings);
    return nodes.flatMap((node) => {
      const mapping = mappingOf(node, this.#reading.findings);
      if (!mapping || !this.#reading.mayHoldWorkspace(mapping)) return [];
      const workspace = this.#workspace(mapping, parent, spawning);
      if (workspace.name !== '') names.add(workspace.name, mapping.get('name') ?? mapping);
      return [workspace];
    });
  }

  #workspace(mapping: Mapping, parent: string[], parentSpawning: boolean): DocumentWorkspace {
    const reading = this.#reading;
    const { findings } = reading;
    const defaults = reading.mayHold(mapping, this.#inheritedSize) ? this.#defaults : NO_DEFAULTS;
    mapping.warnUnknownKeys(KEYS);
    const name = mapping.requiredText('name', NAME) ?? '';
    const path = [...parent, name];
    const spawning = (mapping.flag('spawning') ?? true) && parentSpawning;
    const folder = readFolder(mapping, reading);
    const provided = folder === undefined ? [] : environmentNames(folder, mapping, reading);
    const needed = readNeeded(mapping, reading);
    if (spawning)
      for (const each of needed) this.requirements.push({ ...each, workspacePath: path, provided });
    return {
      name,
      role: mapping.text('role', ROLE)?.trim() || null,
      ...readKind(mapping, defaults),
      plugins: readPlugins(mapping, defaults.plugins, findings),
      schedules: readSchedules(mapping, folder ?? reading.orgFolder, reading),
      channels: readChannels(mapping, findings),
      spec: readSpec(mapping, defaults, folder, reading),
      spawning,
      place: mapping.position(),
      children: this.#children(mapping, path, spawning),
    };
  }

  #children(mapping: Mapping, path: string[], spawning: boolean): DocumentWorkspace[] {
    const nodes = mapping.items('children');
    if (nodes.length === 0 || path.length < MAX_WORKSPACE_DEPTH) return this.siblings(nodes, path, spawning);
    this.#reading.findings.error(mapping, `workspaces are nested at most ${MAX_WORKSPACE_DEPTH} levels deep`);
    return [];
  }
}
