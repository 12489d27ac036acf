import type { SourceNode } from '../source/sourceNode.ts';
import { NO_DEFAULTS, readDefaults } from './defaults.ts';
import type { OrgDocument, RequirementEntry } from './document.ts';
import { environmentNames, readNeeded } from './environment.ts';
import { mappingOf } from './mapping.ts';
import { readMemories } from './memories.ts';
import type { Reading } from './reading.ts';
import { NAME, PROSE } from './text.ts';
import { WorkspaceReader } from './workspace.ts';

const KEYS = [
  'name',
  'description',
  'defaults',
  'workspaces',
  'global_memories',
  'required_env',
  'recommended_env',
  'template_schema_version',
];

const SCHEMA_VERSION = 1;

/** Reads the document and adds its faults to the findings. */
export function readOrg(root: SourceNode, reading: Reading): OrgDocument | undefined {
  const { findings } = reading;
  const org = mappingOf(root, findings);
  if (!org) return undefined;
  org.warnUnknownKeys(KEYS);
  const name = org.requiredText('name', NAME) ?? '';
  org.text('description', PROSE);
  readMemories(org, 'global_memories', 'GLOBAL', findings);
  const version = org.get('template_schema_version');
  if (version?.kind === 'scalar' && version.value !== SCHEMA_VERSION)
    findings.warning(version, `this server reads template_schema_version ${SCHEMA_VERSION}`);

  const mapping = org.mapping('defaults');
  const defaults = mapping ? readDefaults(mapping, reading) : NO_DEFAULTS;
  const provided = environmentNames(reading.orgFolder, org, reading);
  const needed = [...readNeeded(org, reading), ...(mapping ? readNeeded(mapping, reading) : [])];
  const reader = new WorkspaceReader(reading, defaults);
  const workspaces = reader.siblings(org.items('workspaces'));
  if (workspaces.length === 0) findings.warning(org, 'the document has no workspaces');
  const requirements: RequirementEntry[] = [
    ...needed.map((each) => ({ ...each, workspacePath: [], provided: [] })),
    ...reader.requirements,
  ];
  const spec = org.rest(new Set(['name', 'workspaces']));
  return { name, spec, workspaces, requirements, provided, warnings: [] };
}
