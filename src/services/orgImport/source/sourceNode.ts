import type { LineCounter } from 'yaml';
import type { Position, Positioned } from './findings.ts';

/** A value of the document and its place in a file, with includes, aliases and merge keys resolved. */
export type SourceNode = SourceScalar | SourceList | SourceMap | BrokenNode;

class Written implements Positioned {
  readonly #file: { path: string; lines: LineCounter };
  readonly #offset: number;
  readonly path: string;

  constructor(file: { path: string; lines: LineCounter }, offset: number, path: string) {
    this.#file = file;
    this.#offset = offset;
    this.path = path;
  }

  position(): Position {
    const { line, col } = this.#file.lines.linePos(this.#offset);
    return { file: this.#file.path, line: Math.max(line, 1), column: Math.max(col, 1), path: this.path };
  }
}

export type Place = ConstructorParameters<typeof Written>;

export class SourceScalar extends Written {
  readonly kind = 'scalar';
  readonly value: string | number | boolean | null;
  /** The text of the value in the file. */
  readonly spelling: string;

  constructor(place: Place, value: string | number | boolean | null, spelling: string) {
    super(...place);
    this.value = value;
    this.spelling = spelling;
  }
}

export class SourceList extends Written {
  readonly kind = 'list';
  readonly items: SourceNode[] = [];
}

export class SourceKey extends Written {}

export class SourceMap extends Written {
  readonly kind = 'map';
  readonly entries = new Map<string, { key: SourceKey; value: SourceNode }>();
}

/** A value that has an error already. No further error is reported for it. */
export class BrokenNode extends Written {
  readonly kind = 'broken';
}

export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  const shown = key.length > 64 ? `${key.slice(0, 64)}…` : key;
  return path === '' ? shown : `${path}.${shown}`;
}
