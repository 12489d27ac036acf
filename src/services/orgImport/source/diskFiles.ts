import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import {
  environmentFile,
  type FileTree,
  isEnvironmentFile,
  noSuchFile,
  tooLarge,
  UnreadableFile,
} from './files.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** The files below a directory. Symbolic links are followed to files inside it and refused when they leave it. */
export class DiskFiles implements FileTree {
  readonly #root: string;

  constructor(root: string) {
    this.#root = realpathSync(root);
  }

  read(path: string): string {
    // O_NONBLOCK, because opening a FIFO would wait for a writer. O_NOFOLLOW, because links are resolved already.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    return attempt(() => {
      const real = this.#realPath(path);
      if (isEnvironmentFile(real) && !isEnvironmentFile(path)) throw environmentFile();
      const file = openSync(real, flags);
      try {
        const stat = fstatSync(file);
        if (!stat.isFile()) throw new UnreadableFile('it is not a file');
        if (stat.size > MAX_FILE_BYTES) throw tooLarge();
        return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
      } finally {
        closeSync(file);
      }
    });
  }

  isFolder(path: string): boolean {
    return this.#stat(path)?.isDirectory() ?? false;
  }

  has(path: string): boolean {
    return this.#stat(path) !== undefined;
  }

  #stat(path: string): Stats | undefined {
    try {
      return statSync(this.#realPath(path));
    } catch {
      return undefined;
    }
  }

  #realPath(path: string): string {
    const real = realpathSync(join(this.#root, path));
    const prefix = this.#root.endsWith(sep) ? this.#root : this.#root + sep;
    if (real !== this.#root && !real.startsWith(prefix))
      throw new UnreadableFile('it leads out of the templates directory');
    return real;
  }
}

function attempt<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') throw noSuchFile();
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new UnreadableFile('it is not UTF-8 text');
    throw new UnreadableFile('it cannot be read');
  }
}
