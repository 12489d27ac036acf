import { UserError } from './userError.ts';

/** The row is a template's: its definition comes from releases. */
export class ManagedByTemplateError extends UserError {
  static override readonly code = 'MANAGED_BY_TEMPLATE';
  readonly installationId: string;

  constructor(installationId: string) {
    super('It is managed by an installed template, which defines it.');
    this.installationId = installationId;
  }
}

export class VocabularyArchivedError extends UserError {
  static override readonly code = 'VOCABULARY_ARCHIVED';
  readonly archivedAt: Date;

  constructor(archivedAt: Date) {
    super('It is archived, and stays as it was.');
    this.archivedAt = archivedAt;
  }
}

/** A watcher finds something once in each span of time. */
export class WatcherWindowRecordedError extends UserError {
  static override readonly code = 'WATCHER_WINDOW_RECORDED';
  /** The window that was recorded before. */
  readonly windowId: string;

  constructor(windowId: string) {
    super('What the watcher found in this span of time is recorded already.');
    this.windowId = windowId;
  }
}
