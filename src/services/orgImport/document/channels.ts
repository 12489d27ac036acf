import type { Findings } from '../source/findings.ts';
import type { SourceNode } from '../source/sourceNode.ts';
import type { DocumentChannel, Json, JsonObject } from './document.ts';
import { jsonOf } from './json.ts';
import { type Mapping, mappingOf } from './mapping.ts';
import { type TextRule, textOf } from './text.ts';
import { Unique } from './unique.ts';

const KEYS = ['type', 'config', 'allowed_users', 'enabled'];
const TYPE: TextRule = { max: 64, lines: 'one' };
const VALUE: TextRule = { max: 4_000, lines: 'many' };
const USER: TextRule = { max: 255, lines: 'one' };

export function readChannels(mapping: Mapping, findings: Findings): DocumentChannel[] {
  const types = new Unique('channel', findings);
  return mapping.items('channels').flatMap((node) => {
    const fields = mappingOf(node, findings);
    if (!fields) return [];
    fields.warnUnknownKeys(KEYS);
    const type = fields.requiredText('type', TYPE);
    const config = readConfig(fields.mapping('config'), findings);
    const allowedUsers = fields.items('allowed_users').flatMap((user) => readUser(user, findings) ?? []);
    const enabled = fields.flag('enabled') ?? true;
    return type !== undefined && types.add(type, fields) ? [{ type, config, allowedUsers, enabled }] : [];
  });
}

/** `${VARIABLES}` in values stay as they are: the value of a secret must not be stored. */
function readConfig(config: Mapping | undefined, findings: Findings): JsonObject {
  const entries = (config?.keys() ?? []).flatMap((key): [string, Json][] => {
    const node = config?.get(key);
    if (!node) return [];
    if (node.kind === 'scalar' && typeof node.value !== 'string') return [[key, jsonOf(node)]];
    const text = textOf(node, VALUE, findings);
    return text === undefined ? [] : [[key, text]];
  });
  return Object.fromEntries(entries);
}

/** Many channels identify their users by a number. */
function readUser(node: SourceNode, findings: Findings): string | undefined {
  return node.kind === 'scalar' && typeof node.value === 'number'
    ? node.spelling
    : textOf(node, USER, findings);
}
