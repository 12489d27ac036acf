import type { Fault } from '../services/template/manifest/fault.ts';
import type { Conflict } from '../services/template/plan/plan.ts';
import { UserError } from './userError.ts';

/** What an agent was installed from is released there: an installed agent is no template. */
export class TemplateIsInstallationError extends UserError {
  static override readonly code = 'TEMPLATE_IS_INSTALLATION';

  constructor() {
    super('An agent that was installed from a template is no template itself.');
  }
}

export class TemplateInvalidError extends UserError {
  static override readonly code = 'TEMPLATE_INVALID';
  /** Every fault, each with the place where it is, such as `WATCHER.triage.extractionSchema`. */
  readonly issues: readonly Fault[];

  constructor(issues: readonly Fault[]) {
    super('The template cannot be released as it is.');
    this.issues = issues;
  }
}

/** What an organization releases, it has already. */
export class CannotInstallIntoSourceOrgError extends UserError {
  static override readonly code = 'CANNOT_INSTALL_INTO_SOURCE_ORG';

  constructor() {
    super('A template cannot be installed into the organization that publishes it.');
  }
}

export class NotInstalledError extends UserError {
  static override readonly code = 'NOT_INSTALLED';

  constructor() {
    super('The template is not installed any more.');
  }
}

export class TemplateConflictsError extends UserError {
  static override readonly code = 'TEMPLATE_CONFLICTS';
  /** All of them. */
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super(`${conflicts.length} items are in conflict. Nothing was written.`);
    this.conflicts = conflicts;
  }
}
