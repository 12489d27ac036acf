import type { Findings, Positioned } from '../source/findings.ts';

/** Reports duplicate names, with both places. */
export class Unique {
  readonly #noun: string;
  readonly #findings: Findings;
  readonly #first = new Map<string, Positioned>();

  constructor(noun: string, findings: Findings) {
    this.#noun = noun;
    this.#findings = findings;
  }

  add(name: string, at: Positioned): boolean {
    const first = this.#first.get(name);
    if (!first) {
      this.#first.set(name, at);
      return true;
    }
    const { file, line, path } = first.position();
    this.#findings.error(
      at,
      `there is a ${this.#noun} named ${JSON.stringify(name)} already, at ${path} in ${file}, line ${line}`,
    );
    return false;
  }
}
