import { resolvePath } from '../source/path.ts';
import { readCategoryRouting } from './categoryRouting.ts';
import { type Defaults, readIdleInterval } from './defaults.ts';
import type { JsonObject } from './document.ts';
import { externalUrlFault } from './externalUrl.ts';
import type { Mapping } from './mapping.ts';
import { readMemories } from './memories.ts';
import { readPrompt, readSystemPrompt } from './prompt.ts';
import type { Reading } from './reading.ts';
import type { TextRule } from './text.ts';
import { workspaceDirFault } from './workspaceDir.ts';

/** The keys that a workspace has fields for. Every other key of its mapping is stored in its spec. */
export const FIELDS = new Set([
  'name',
  'role',
  'runtime',
  'tier',
  'model',
  'plugins',
  'schedules',
  'channels',
  'spawning',
  'children',
]);

const ACCESS = ['none', 'read_only', 'read_write'] as const;
const PATH: TextRule = { max: 4_096, lines: 'one' };
const COORDINATE = { min: -1_000_000_000, max: 1_000_000_000 };

export function readSpec(
  mapping: Mapping,
  defaults: Defaults,
  folder: string | undefined,
  reading: Reading,
): JsonObject {
  const { findings } = reading;
  const spec = new Map(Object.entries(mapping.rest(FIELDS)));
  const set = (key: string, value: JsonObject[string] | undefined) => {
    if (value === undefined) spec.delete(key);
    else spec.set(key, value);
  };
  checkTemplate(mapping, reading);
  readPlace(mapping, reading);

  const inherits = (text: string | undefined) =>
    text !== undefined && reading.mayHold(mapping, text.length) ? text : undefined;
  const base = folder ?? reading.orgFolder;
  const initialPrompt = readPrompt(mapping, 'initial_prompt', base, reading);
  const idlePrompt = readPrompt(mapping, 'idle_prompt', base, reading);
  const idle = idlePrompt === undefined ? inherits(defaults.idlePrompt) : (idlePrompt ?? undefined);
  set('system_prompt', readSystemPrompt(mapping, folder, reading));
  set(
    'initial_prompt',
    initialPrompt === undefined ? inherits(defaults.initialPrompt) : (initialPrompt ?? undefined),
  );
  set('idle_prompt', idle);
  set(
    'idle_interval_seconds',
    readIdleInterval(mapping) ?? (idle ? defaults.idleIntervalSeconds : undefined),
  );

  const routing = readCategoryRouting(mapping, defaults.categoryRouting, findings);
  const memories = mapping.get('initial_memories')
    ? readMemories(mapping, 'initial_memories', 'LOCAL', findings)
    : defaults.initialMemories;
  set('category_routing', Object.keys(routing).length > 0 ? routing : undefined);
  set('initial_memories', memories && memories.length > 0 ? memories : undefined);

  const tasks = mapping.integer('max_concurrent_tasks', -2_147_483_648, 10_000);
  set('max_concurrent_tasks', tasks === undefined ? undefined : Math.max(1, tasks));
  return Object.fromEntries([...spec].filter(([, value]) => value !== null));
}

function checkTemplate(mapping: Mapping, { findings }: Reading): void {
  const template = mapping.text('template', PATH);
  if (template && resolvePath(template, '', '') === undefined)
    findings.error(mapping.get('template') ?? mapping, 'template must be a relative path inside the root');
}

/** Reads the places of a workspace: its folder on the host, the URL of its agent, and its position on the canvas. */
function readPlace(mapping: Mapping, { findings }: Reading): void {
  const at = (key: string) => mapping.get(key) ?? mapping;
  const dir = mapping.text('workspace_dir', PATH);
  const dirFault = dir && workspaceDirFault(dir);
  if (dirFault) findings.error(at('workspace_dir'), `workspace_dir ${dirFault}`);
  const access = mapping.choice('workspace_access', ACCESS);
  if (access && access !== 'none' && !mapping.get('workspace_dir'))
    findings.error(at('workspace_access'), `workspace_access ${access} needs a workspace_dir`);

  const runtime = mapping.get('runtime');
  const isExternal = mapping.flag('external') || (runtime?.kind === 'scalar' && runtime.value === 'external');
  const url = mapping.text('url', PATH);
  const urlFault = url && externalUrlFault(url);
  if (urlFault) findings.error(at('url'), `url ${urlFault}`);
  else if (url && !isExternal)
    findings.warning(at('url'), 'nothing reads the url of a workspace that is not external');

  const canvas = mapping.mapping('canvas');
  canvas?.warnUnknownKeys(['x', 'y']);
  for (const axis of ['x', 'y']) canvas?.number(axis, COORDINATE);
}
