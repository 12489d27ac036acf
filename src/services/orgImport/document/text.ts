import { lineFault, textFault as linesFault } from '../../act/characters.ts';
import type { Findings } from '../source/findings.ts';
import type { SourceNode } from '../source/sourceNode.ts';

export type TextRule = {
  /** The highest number of characters. */
  max: number;
  /** One line is trimmed and contains no control character; several lines are kept unchanged. See characters.ts. */
  lines: 'one' | 'many';
};

export const NAME: TextRule = { max: 255, lines: 'one' };
/** Prompts, memories and other prose. */
export const PROSE: TextRule = { max: 100_000, lines: 'many' };

/** Returns the text of a value. When the text breaks the rule, reports it and returns undefined. */
export function textOf(node: SourceNode, rule: TextRule, findings: Findings): string | undefined {
  if (node.kind === 'broken') return undefined;
  const fail = (message: string) => void findings.error(node, message);
  if (node.kind !== 'scalar') return fail('must be text');
  if (typeof node.value !== 'string') return fail('must be text; write it in quotes');
  const text = rule.lines === 'one' ? node.value.trim() : node.value;
  const fault = textFault(text, rule);
  return fault ? fail(fault) : text;
}

export function textFault(text: string, { max, lines }: TextRule): string | undefined {
  // PostgreSQL counts characters, not UTF-16 units. A character has at most two units.
  if (text.length > max && (text.length > 2 * max || [...text].length > max))
    return `must have at most ${max} characters`;
  return lines === 'one' ? lineFault(text) : linesFault(text);
}
