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
  const exact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  // JSON has no negative zero either.
  return exact && !Object.is(value, -0) ? value : node.spelling;
}
