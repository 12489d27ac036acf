import {
  type Alias,
  type Document,
  isAlias,
  isNode,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
} from 'yaml';
import type { Findings } from './findings.ts';

/** A YAML file with one document and no syntax error. */
export type YamlFile = {
  path: string;
  lines: LineCounter;
  root: Node | null;
  /** The node that each alias refers to. */
  targets: ReadonlyMap<Alias, Node>;
};

/** Parses a file, or reports its faults. `path` is the place in the document that includes the file. */
export function parseYaml(
  file: string,
  content: string,
  path: string,
  findings: Findings,
): YamlFile | undefined {
  const lines = new LineCounter();
  const error = (offset: number, message: string) => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    findings.error({ file, line: Math.max(line, 1), column: Math.max(col, 1), path }, message);
  };
  try {
    const documents = parseAllDocuments(content, {
      lineCounter: lines,
      // When turned on, each of these takes quadratic time for a large file.
      uniqueKeys: false,
      prettyErrors: false,
      customTags: [{ tag: '!include', resolve: (spelled: string) => spelled }],
    }) as Document.Parsed[];
    const [document] = documents;
    if (!document) return { path: file, lines, root: null, targets: new Map() };
    const faults = documents.flatMap(({ errors }) => errors);
    for (const { pos, message } of faults) error(pos[0], messageOf(message));
    if (documents[1]) error(documents[1].range[0], 'a file holds one YAML document, and another begins here');
    if (faults.length > 0 || documents[1]) return undefined;
    return {
      path: file,
      lines,
      root: document.contents,
      targets: content.includes('&') ? targetsOf(document) : new Map(),
    };
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    error(0, 'the file is nested too deeply');
    return undefined;
  }
}

function messageOf(message: string): string {
  return message.startsWith('Maximum call stack') ? 'the file is nested too deeply' : message;
}

/** Resolves all aliases in one walk: looking each one up in the document would take quadratic time. */
function targetsOf(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, (_key, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target) targets.set(node, target);
    } else if (isNode(node) && node.anchor) anchors.set(node.anchor, node as Node);
  });
  return targets;
}
