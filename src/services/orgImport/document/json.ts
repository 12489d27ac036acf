import type { SourceNode } from '../source/sourceNode.ts';
import type { Json } from './document.ts';

/** A value as JSON. A number that JSON or JavaScript cannot hold exactly stays the text that the file has. */
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
