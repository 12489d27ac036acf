import { UserError } from './userError.ts';

type TemplateFault = { readonly path: string; readonly message: string };

export type TemplateConflict = {
  readonly kind: 'AGENT' | 'ENTITY_TYPE' | 'RELATIONSHIP_TYPE' | 'WATCHER' | 'CLASSIFIER';
  readonly slug: string;
  readonly reason: string;
  /** Whose row is in the way. */
  readonly owner: 'USER' | 'TEMPLATE';
  /** The installation that manages the row in the way; null for a row of the organization itself. */
  readonly installationId: string | null;
  /** What settles it. */
  readonly resolutions: readonly ('ADOPT' | 'SKIP')[];
};

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
  readonly issues: readonly TemplateFault[];

  constructor(issues: readonly TemplateFault[]) {
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
  readonly conflicts: readonly TemplateConflict[];

  constructor(conflicts: readonly TemplateConflict[]) {
    super(`${conflicts.length} items are in conflict. Nothing was written.`);
    this.conflicts = conflicts;
  }
}
