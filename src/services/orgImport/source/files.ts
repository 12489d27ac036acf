import { MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES } from './limits.ts';

/** The files of a source by their normalized paths from its root. */
export interface FileTree {
  /** @throws UnreadableFile */
  read(path: string): string;
  isFolder(path: string): boolean;
}

export class UnreadableFile extends Error {
  /** True when there is no such file, false when there is one that must not or cannot be read. */
  readonly missing: boolean;

  constructor(message: string, missing = false) {
    super(message);
    this.missing = missing;
  }
}

export function noSuchFile(): UnreadableFile {
  return new UnreadableFile('there is no such file', true);
}

/** Reads each file once, and no more of them than the limits allow. */
export class SourceFiles {
  readonly #tree: FileTree;
  readonly #read = new Map<string, string | UnreadableFile>();
  #bytes = 0;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  isFolder(path: string): boolean {
    return this.#tree.isFolder(path);
  }

  /** @throws UnreadableFile */
  read(path: string): string {
    let outcome = this.#read.get(path);
    if (outcome === undefined) {
      outcome = this.#attempt(path);
      this.#read.set(path, outcome);
    }
    if (outcome instanceof UnreadableFile) throw outcome;
    return outcome;
  }

  #attempt(path: string): string | UnreadableFile {
    if (this.#read.size >= MAX_FILES) return new UnreadableFile(`a source has at most ${MAX_FILES} files`);
    try {
      const content = this.#tree.read(path);
      const bytes = Buffer.byteLength(content);
      if (bytes > MAX_FILE_BYTES) return tooLarge();
      this.#bytes += bytes;
      if (this.#bytes > MAX_TOTAL_BYTES)
        return new UnreadableFile(`the files of a source have at most ${MAX_TOTAL_BYTES} bytes together`);
      return content;
    } catch (error) {
      if (error instanceof UnreadableFile) return error;
      throw error;
    }
  }
}

export function tooLarge(): UnreadableFile {
  return new UnreadableFile(`a file has at most ${MAX_FILE_BYTES} bytes`);
}
