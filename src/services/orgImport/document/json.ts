import type { SourceNode } from '../source/sourceNode.ts';
import type { Json } from './document.ts';

/** Returns a value as JSON. A number that JSON or JavaScript cannot represent exactly stays the text of the file. */
export function jsonOf(node: SourceNode): Json {
  if (node.kind === 'list') return node.items.map(jsonOf);
  if (node.kind === 'map')
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, jsonOf(value)]));
  if (node.kind === 'broken') return null;
  const { value } = node;
  if (typeof value !== 'number') return value;
  const isExact = Number.isSafeInteger(value) || !Number.isInteger(value) || String(value) === node.spelling;
  // JSON has no infinity and no negative zero.
  return isExact && Number.isFinite(value) && !Object.is(value, -0) ? value : node.spelling;
}
