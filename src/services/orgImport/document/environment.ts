import { parseEnv } from 'node:util';
import { UnreadableFile } from '../source/files.ts';
import type { Positioned } from '../source/findings.ts';
import type { SourceNode } from '../source/sourceNode.ts';
import type { RequirementLevel } from './document.ts';
import { type Mapping, mappingOf } from './mapping.ts';
import type { Reading } from './reading.ts';
import { NAME, textOf } from './text.ts';

const ENV_NAME = /^[A-Z][A-Z0-9_]{0,127}$/;
const ENV_RULE = 'must have capital letters, digits and underscores, and begin with a letter';

const MAX_VARIABLES = 1_000;

/** The names to which a folder's `.env` file gives a value. The values are dropped at once. */
export function environmentNames(folder: string, at: Positioned, reading: Reading): string[] {
  const known = reading.environments.get(folder);
  if (known) return known;
  const names = namesIn(folder, at, reading);
  if (names.length > MAX_VARIABLES)
    reading.findings.error(at, `the .env file of ${shown(folder)} sets more than ${MAX_VARIABLES} variables`);
  reading.environments.set(folder, names.slice(0, MAX_VARIABLES));
  return names;
}

function namesIn(folder: string, at: Positioned, reading: Reading): string[] {
  try {
    const variables = parseEnv(reading.files.readEnvironment(folder));
    return Object.keys(variables).filter((name) => ENV_NAME.test(name) && variables[name] !== '');
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    if (!error.missing)
      reading.findings.error(at, `the .env file of ${shown(folder)} cannot be read: ${error.message}`);
    return [];
  }
}

function shown(folder: string): string {
  return folder === '' ? 'the document' : folder;
}

export type Needed = { anyOf: string[]; level: RequirementLevel };

/** The environment variables that a level of the document needs. */
export function readNeeded(mapping: Mapping, reading: Reading): Needed[] {
  const read = (key: string, level: RequirementLevel) =>
    mapping.items(key).flatMap((node) => {
      const anyOf = readNames(node, reading);
      return anyOf.length > 0 ? [{ anyOf, level }] : [];
    });
  return [...read('required_env', 'REQUIRED'), ...read('recommended_env', 'RECOMMENDED')];
}

function readNames(node: SourceNode, reading: Reading): string[] {
  if (node.kind === 'scalar') {
    const name = textOf(node, NAME, reading.findings);
    if (name === undefined || ENV_NAME.test(name)) return name === undefined ? [] : [name];
    reading.findings.error(node, `the name of an environment variable ${ENV_RULE}`);
    return [];
  }
  const group = mappingOf(node, reading.findings);
  if (!group) return [];
  group.warnUnknownKeys(['any_of']);
  const members = group.items('any_of');
  const named = members.flatMap((member) => {
    const name = textOf(member, NAME, reading.findings);
    return name === undefined ? [] : [{ member, name, valid: ENV_NAME.test(name) }];
  });
  const valid = named.filter(({ valid }) => valid).map(({ name }) => name);
  if (valid.length === 0) reading.findings.error(group, `any_of needs a name; it ${ENV_RULE}`);
  else
    for (const { member, valid: isValid } of named)
      if (!isValid) reading.findings.warning(member, `this member is left out: a name ${ENV_RULE}`);
  return [...new Set(valid)].sort();
}
