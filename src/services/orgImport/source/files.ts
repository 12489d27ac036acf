import { posix } from 'node:path';
import { MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES } from './limits.ts';

/** The files of a source by their normalized paths from its root. */
export interface FileTree {
  /**
   * @throws UnreadableFile, also for a path that leads to an environment file under another name
   */
  read(path: string): string;
  isFolder(path: string): boolean;
}

export class UnreadableFile extends Error {
  /** True when no such file exists; false when the file must not or cannot be read. */
  readonly missing: boolean;

  constructor(message: string, missing = false) {
    super(message);
    this.missing = missing;
  }
}

export function noSuchFile(): UnreadableFile {
  return new UnreadableFile('there is no such file', true);
}

/** Reads each file once, up to the limits on files and bytes. */
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

  /**
   * Returns the text of a file. An environment file is refused, because its secrets would be stored.
   * @throws UnreadableFile
   */
  read(path: string): string {
    if (isEnvironmentFile(path)) throw environmentFile();
    return this.#outcome(path);
  }

  /**
   * Returns the text of a folder's `.env` file. Callers use only the names of its variables.
   * @throws UnreadableFile
   */
  readEnvironment(folder: string): string {
    return this.#outcome(folder === '' ? ENVIRONMENT_FILE : `${folder}/${ENVIRONMENT_FILE}`);
  }

  #outcome(path: string): string {
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

const ENVIRONMENT_FILE = '.env';

/** Matches `.env.local` and the like too, in any letter case, because some file systems ignore case. */
export function isEnvironmentFile(path: string): boolean {
  const name = posix.basename(path).toLowerCase();
  return name === ENVIRONMENT_FILE || name.startsWith(`${ENVIRONMENT_FILE}.`);
}

export function environmentFile(): UnreadableFile {
  return new UnreadableFile('an environment file is read for the names of its variables only');
}

export function tooLarge(): UnreadableFile {
  return new UnreadableFile(`a file has at most ${MAX_FILE_BYTES} bytes`);
}
