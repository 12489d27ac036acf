import { isAlias, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { type SourceFiles, UnreadableFile } from './files.ts';
import type { Findings, Position } from './findings.ts';
import { MAX_CHARACTERS, MAX_INCLUDE_DEPTH, MAX_NESTING, MAX_VALUES } from './limits.ts';
import { folderOf, resolvePath } from './path.ts';
import {
  BrokenNode,
  childPath,
  type Place,
  SourceKey,
  SourceList,
  SourceMap,
  type SourceNode,
  SourceScalar,
} from './sourceNode.ts';
import { parseYaml, type YamlFile } from './yamlFile.ts';

const INCLUDE = '!include';
const TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);
const UNKNOWN_TAG =
  'this tag is not known; `!include` takes the path of a file, and text that begins with "!" must be quoted';

/** The state of the walk: the open files, outermost first, and the number of open collections. */
type Standing = { open: YamlFile[]; file: YamlFile; path: string; nesting: number };

/** Expands a file and all files that it includes into one tree, and reports faults. */
export class Expansion {
  readonly #files: SourceFiles;
  readonly #findings: Findings;
  readonly #mayInclude: boolean;
  readonly #parsed = new Map<string, YamlFile | undefined>();
  #values = 0;
  #characters = 0;
  #exhausted = false;

  constructor(files: SourceFiles, findings: Findings, options: { mayInclude: boolean }) {
    this.#files = files;
    this.#findings = findings;
    this.#mayInclude = options.mayInclude;
  }

  /** The tree of the document, or undefined when its own file cannot be read. */
  document(path: string): SourceNode | undefined {
    const start: Position = { file: path, line: 1, column: 1, path: '' };
    try {
      const file = this.#parse(path, '');
      return file && this.#file(file, { open: [], path: '', nesting: 0 });
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      this.#findings.error(start, `${path} cannot be read: ${error.message}`);
      return undefined;
    }
  }

  #parse(path: string, at: string): YamlFile | undefined {
    if (!this.#parsed.has(path))
      this.#parsed.set(path, parseYaml(path, this.#files.read(path), at, this.#findings));
    return this.#parsed.get(path);
  }

  #file(file: YamlFile, { open, path, nesting }: Omit<Standing, 'file'>): SourceNode {
    return this.#node(file.root, { open: [...open, file], file, path, nesting });
  }

  #node(node: Node | null, standing: Standing): SourceNode {
    const place: Place = [standing.file, node?.range?.[0] ?? 0, standing.path];
    if (this.#exhausted) return new BrokenNode(...place);
    if (++this.#values > MAX_VALUES) return this.#exhaust(place, `a source has at most ${MAX_VALUES} values`);
    if (standing.nesting > MAX_NESTING)
      return this.#broken(place, `values are nested at most ${MAX_NESTING} levels deep`);
    if (node === null) return new SourceScalar(place, null, '');
    if (isAlias(node)) {
      const target = standing.file.targets.get(node);
      // Each alias counts as a level: the expansion of an alias inside its own anchor would not end.
      if (target) return this.#node(target, { ...standing, nesting: standing.nesting + 1 });
      return this.#broken(place, `no anchor "${node.source}" stands before this alias`);
    }
    const mayBeTagged = node.tag === INCLUDE ? isScalar(node) : !node.tag || TAGS.has(node.tag);
    if (!mayBeTagged) return this.#broken(place, UNKNOWN_TAG);
    if (isScalar(node))
      return node.tag === INCLUDE ? this.#include(node, place, standing) : this.#scalar(node, place);
    const below = { ...standing, nesting: standing.nesting + 1 };
    if (isSeq(node)) {
      const list = new SourceList(...place);
      for (const [index, item] of node.items.entries())
        list.items.push(this.#node(item as Node | null, { ...below, path: childPath(standing.path, index) }));
      return list;
    }
    return this.#map(node as YAMLMap, new SourceMap(...place), below);
  }

  #scalar(node: Scalar, place: Place): SourceNode {
    const { value } = node;
    const spelling = node.source ?? '';
    this.#characters += spelling.length;
    if (this.#characters > MAX_CHARACTERS)
      return this.#exhaust(place, `a source has at most ${MAX_CHARACTERS} characters`);
    if (typeof value === 'string') {
      if (value.includes('\0') || !value.isWellFormed())
        return this.#broken(place, 'text must not contain a NUL character or half of a character');
      return new SourceScalar(place, value, spelling);
    }
    if (typeof value === 'number' || typeof value === 'boolean' || value === null)
      return new SourceScalar(place, value, spelling);
    return this.#broken(place, 'this kind of value is not supported');
  }

  #map(node: YAMLMap, map: SourceMap, standing: Standing): SourceMap {
    const merged: SourceNode[] = [];
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const offset = key?.range?.[0] ?? node.range?.[0] ?? 0;
      if (!isScalar(key) || key.value === null || key.tag === INCLUDE) {
        this.#findings.error(new SourceKey(standing.file, offset, standing.path), 'a key must be text');
        continue;
      }
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      const below = { ...standing, path: childPath(standing.path, name) };
      const place = new SourceKey(standing.file, offset, below.path);
      const earlier = map.entries.get(name);
      this.#characters += name.length;
      if (name.includes('\0') || !name.isWellFormed())
        this.#findings.error(place, 'a key must not contain a NUL character or half of a character');
      else if (earlier)
        this.#findings.error(place, `the key stands twice; first in line ${earlier.key.position().line}`);
      else if (name === '<<' && key.type === 'PLAIN')
        merged.push(this.#node(pair.value as Node | null, standing));
      else map.entries.set(name, { key: place, value: this.#node(pair.value as Node | null, below) });
    }
    for (const each of merged) this.#merge(each, map);
    return map;
  }

  /** YAML's merge key: adds the entries of other mappings that this one does not have. */
  #merge(node: SourceNode, map: SourceMap): void {
    const sources = node.kind === 'list' ? node.items : [node];
    for (const source of sources) {
      if (source.kind === 'map') {
        for (const [name, entry] of source.entries) if (!map.entries.has(name)) map.entries.set(name, entry);
      } else if (source.kind !== 'broken')
        this.#findings.error(source, 'a merge key takes a mapping, or a list of mappings');
    }
  }

  #include(node: Scalar, place: Place, standing: Standing): SourceNode {
    const spelled = String(node.value ?? '');
    const shown = JSON.stringify(spelled.slice(0, 200));
    if (!this.#mayInclude) return this.#broken(place, 'a document sent as text cannot include files');
    const path = resolvePath(spelled, folderOf(standing.file.path), '');
    if (path === undefined)
      return this.#broken(place, `${shown} is not a relative path to a file inside the root`);
    if (standing.open.some((file) => file.path === path)) {
      const cycle = [...standing.open.map((file) => file.path), path].join(' → ');
      return this.#broken(place, `files include each other in a cycle: ${cycle}`);
    }
    if (standing.open.length > MAX_INCLUDE_DEPTH)
      return this.#broken(place, `includes are nested at most ${MAX_INCLUDE_DEPTH} levels deep`);
    try {
      const file = this.#parse(path, standing.path);
      return file
        ? this.#file(file, { ...standing, nesting: standing.nesting + 1 })
        : new BrokenNode(...place);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      return this.#broken(place, `${shown} cannot be included: ${error.message}`);
    }
  }

  #broken(place: Place, message: string): BrokenNode {
    const node = new BrokenNode(...place);
    this.#findings.error(node, message);
    return node;
  }

  /** Ends the walk: after this, further values are not expanded and not reported. */
  #exhaust(place: Place, message: string): BrokenNode {
    this.#exhausted = true;
    return this.#broken(place, message);
  }
}
