import { closest, distance } from 'fastest-levenshtein';
import type { Findings, Position, Positioned } from '../source/findings.ts';
import type { SourceMap, SourceNode } from '../source/sourceNode.ts';
import type { Json, JsonObject } from './document.ts';
import { jsonOf } from './json.ts';
import { type TextRule, textOf } from './text.ts';

/** A mapping of the document, read key by key. Each method reports a value of the wrong kind and returns undefined. */
export class Mapping implements Positioned {
  readonly #map: SourceMap;
  readonly #findings: Findings;

  constructor(map: SourceMap, findings: Findings) {
    this.#map = map;
    this.#findings = findings;
  }

  position(): Position {
    return this.#map.position();
  }

  /** The value of a key; undefined when it is absent, is null, or has an error already. */
  get(key: string): SourceNode | undefined {
    const node = this.#map.entries.get(key)?.value;
    if (!node || node.kind === 'broken' || (node.kind === 'scalar' && node.value === null)) return undefined;
    return node;
  }

  has(key: string): boolean {
    return this.#map.entries.has(key);
  }

  keys(): string[] {
    return [...this.#map.entries.keys()];
  }

  text(key: string, rule: TextRule): string | undefined {
    const node = this.get(key);
    return node && textOf(node, rule, this.#findings);
  }

  /** The text of a required key, which must not be empty. */
  requiredText(key: string, rule: TextRule): string | undefined {
    const present = this.#map.entries.get(key)?.value;
    if (present?.kind === 'broken') return undefined;
    const node = this.get(key);
    if (!node) return void this.#findings.error(present ?? this, `${key} must not be empty`);
    const text = textOf(node, rule, this.#findings);
    if (text === undefined || text.trim() !== '') return text;
    return void this.#findings.error(node, `${key} must not be empty`);
  }

  integer(key: string, min: number, max: number): number | undefined {
    const node = this.get(key);
    if (!node) return undefined;
    const value = node.kind === 'scalar' ? node.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    return void this.#findings.error(node, `must be a whole number from ${min} to ${max}`);
  }

  number(key: string, { min, max }: { min: number; max: number }): number | undefined {
    const node = this.get(key);
    if (!node) return undefined;
    const value = node.kind === 'scalar' ? node.value : undefined;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    return void this.#findings.error(node, `must be a number from ${min} to ${max}`);
  }

  flag(key: string): boolean | undefined {
    const node = this.get(key);
    if (!node) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    return void this.#findings.error(node, 'must be true or false');
  }

  choice<Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined {
    const node = this.get(key);
    if (!node) return undefined;
    const value = node.kind === 'scalar' ? node.value : undefined;
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    const nearest = typeof value === 'string' ? nearestOf(value, choices) : undefined;
    const hint = nearest ? `; did you mean "${nearest}"?` : '';
    return void this.#findings.error(node, `must be one of ${choices.join(', ')}${hint}`);
  }

  /** The items of a list; empty when the key is absent. */
  items(key: string): SourceNode[] {
    const node = this.get(key);
    if (!node) return [];
    if (node.kind === 'list') return node.items;
    this.#findings.error(node, 'must be a list');
    return [];
  }

  mapping(key: string): Mapping | undefined {
    const node = this.get(key);
    return node && mappingOf(node, this.#findings);
  }

  json(key: string): Json {
    const node = this.#map.entries.get(key)?.value;
    return node ? jsonOf(node) : null;
  }

  /** All keys except the given ones, unchanged. */
  rest(without: ReadonlySet<string>): JsonObject {
    const keys = this.keys().filter((key) => !without.has(key));
    return Object.fromEntries(keys.map((key) => [key, this.json(key)]));
  }

  warnUnknownKeys(known: readonly string[]): void {
    const names = new Set(known);
    for (const [key, { key: place }] of this.#map.entries) {
      if (names.has(key)) continue;
      const nearest = nearestOf(key, known);
      const hint = nearest ? `; did you mean "${nearest}"?` : '';
      const shown = JSON.stringify(key.slice(0, 64));
      this.#findings.warning(place, `nothing reads the key ${shown}${hint}`);
    }
  }
}

export function mappingOf(node: SourceNode, findings: Findings): Mapping | undefined {
  if (node.kind === 'map') return new Mapping(node, findings);
  if (node.kind !== 'broken') findings.error(node, 'must be a mapping of keys to values');
  return undefined;
}

/** The known word that is most similar to `word`, if one is similar enough. */
function nearestOf(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const nearest = closest(word.toLowerCase(), known);
  return distance(word.toLowerCase(), nearest) <= Math.max(1, Math.floor(word.length / 3))
    ? nearest
    : undefined;
}
