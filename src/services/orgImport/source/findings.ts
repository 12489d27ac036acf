import { InvalidOrgSourceError, type OrgSourceIssue } from '../../../errors/errors.ts';
import { MAX_FINDINGS } from './limits.ts';

/** The place of a value in its file, and its path in the document. */
export type Position = { file: string; line: number; column: number; path: string };

export interface Positioned {
  position(): Position;
}

/** Collects all errors and warnings of a source, so that its author can correct them in one pass. */
export class Findings {
  readonly #errors = new FindingList('errors');
  readonly #warnings = new FindingList('warnings');

  error(at: Positioned | Position, message: string): void {
    this.#errors.add(at, message);
  }

  warning(at: Positioned | Position, message: string): void {
    this.#warnings.add(at, message);
  }

  get warnings(): OrgSourceIssue[] {
    return this.#warnings.sorted();
  }

  get hasErrors(): boolean {
    return this.#errors.size > 0;
  }

  throwErrors(): void {
    if (this.hasErrors) throw new InvalidOrgSourceError(this.#errors.sorted());
  }
}

class FindingList {
  readonly #byKey = new Map<string, OrgSourceIssue>();
  readonly #kind: string;
  #omitted = 0;

  constructor(kind: string) {
    this.#kind = kind;
  }

  get size(): number {
    return this.#byKey.size;
  }

  add(at: Positioned | Position, message: string): void {
    if (this.#byKey.size >= MAX_FINDINGS) {
      this.#omitted++;
      return;
    }
    const { file, line, column, path } = 'position' in at ? at.position() : at;
    // A faulty value that is included or aliased twice is reported once.
    const key = JSON.stringify([file, line, column, message]);
    if (!this.#byKey.has(key)) this.#byKey.set(key, { file, path, line, column, message });
  }

  sorted(): OrgSourceIssue[] {
    const issues = [...this.#byKey.values()];
    const fileOrder = new Map<string, number>();
    for (const { file } of issues) if (!fileOrder.has(file)) fileOrder.set(file, fileOrder.size);
    const rank = (issue: OrgSourceIssue) => fileOrder.get(issue.file) ?? 0;
    issues.sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
    const last = issues.at(-1);
    if (last && this.#omitted > 0)
      issues.push({ ...last, path: '', message: `${this.#omitted} more ${this.#kind} are not listed` });
    return issues;
  }
}
