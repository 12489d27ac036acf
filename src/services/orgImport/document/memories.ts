import type { Findings } from '../source/findings.ts';
import type { JsonObject } from './document.ts';
import { type Mapping, mappingOf } from './mapping.ts';
import { PROSE } from './text.ts';

const SCOPES = ['LOCAL', 'TEAM', 'GLOBAL'] as const;
type Scope = (typeof SCOPES)[number];

/** The initial memories of a workspace. */
export function readMemories(mapping: Mapping, key: string, scope: Scope, findings: Findings): JsonObject[] {
  return mapping.items(key).flatMap((node) => {
    const memory = mappingOf(node, findings);
    if (!memory) return [];
    memory.warnUnknownKeys(['content', 'scope']);
    const content = memory.requiredText('content', PROSE);
    const chosen = memory.choice('scope', SCOPES) ?? scope;
    return content === undefined ? [] : [{ content, scope: chosen }];
  });
}
