import { type FileTree, noSuchFile } from './files.ts';
import { folderOf } from './path.ts';

/** Files that the caller sent. */
export class ListedFiles implements FileTree {
  readonly #contents: ReadonlyMap<string, string>;
  readonly #folders = new Set<string>(['']);

  constructor(contents: ReadonlyMap<string, string>) {
    this.#contents = contents;
    for (const path of contents.keys())
      for (let folder = folderOf(path); !this.#folders.has(folder); folder = folderOf(folder))
        this.#folders.add(folder);
  }

  read(path: string): string {
    const content = this.#contents.get(path);
    if (content === undefined) throw noSuchFile();
    return content;
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }
}
