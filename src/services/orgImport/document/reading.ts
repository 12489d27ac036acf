import type { SourceFiles } from '../source/files.ts';
import type { Findings, Positioned } from '../source/findings.ts';
import { MAX_CHARACTERS, MAX_WORKSPACES } from '../source/limits.ts';

import { ScheduleTimes } from './cron.ts';

/** The state that the readers of one document share. */
export class Reading {
  readonly files: SourceFiles;
  readonly findings: Findings;
  /** The folder of the document, relative to the root. */
  readonly orgFolder: string;
  readonly times = new ScheduleTimes();
  /** The names that each folder's `.env` file sets. */
  readonly environments = new Map<string, string[]>();
  #characters = 0;
  #workspaces = 0;

  constructor(files: SourceFiles, findings: Findings, orgFolder: string) {
    this.files = files;
    this.findings = findings;
    this.orgFolder = orgFolder;
  }

  /** Counts text that a workspace takes from its defaults or from a file. Returns false when the limit is exceeded. */
  mayHold(at: Positioned, characters: number): boolean {
    const held = this.#characters;
    this.#characters += characters;
    if (this.#characters <= MAX_CHARACTERS) return true;
    if (held <= MAX_CHARACTERS)
      this.findings.error(
        at,
        `the workspaces of a source hold at most ${MAX_CHARACTERS} characters together`,
      );
    return false;
  }

  /** Counts a workspace. Returns false when the limit is exceeded. */
  mayHoldWorkspace(at: Positioned): boolean {
    this.#workspaces++;
    if (this.#workspaces === MAX_WORKSPACES + 1)
      this.findings.error(at, `a document has at most ${MAX_WORKSPACES} workspaces`);
    return this.#workspaces <= MAX_WORKSPACES;
  }
}
