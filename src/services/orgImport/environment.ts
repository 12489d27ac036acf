/** Checks the environment variables that a document requires or recommends. */
import { MissingEnvironmentError } from '../../errors/errors.ts';
import type { Runtime } from '../port/runtime.ts';
import type { OrgDocument } from './document/document.ts';
import { type Requirement, unmetRequirements } from './document/requirements.ts';
import type { ImportSettings } from './importSettings.ts';

export type ImportWarning = { path: string; message: string };

/** Returns the requirements that neither the caller, nor the source's `.env` files, nor the runtime meets. */
export function missingEnvironment(
  document: OrgDocument,
  given: readonly string[] | null | undefined,
  { availableEnv }: Pick<ImportSettings, 'availableEnv'>,
): Requirement[] {
  return unmetRequirements(document, [...(given ?? []), ...availableEnv]);
}

/**
 * Does nothing without a runtime: there are no containers that could miss a variable.
 * @throws MissingEnvironmentError with the requirements that must be met
 */
export function assertEnvironment(unmet: readonly Requirement[], { kind }: Runtime): void {
  const required = unmet.filter(({ level }) => level === 'REQUIRED');
  if (kind !== 'none' && required.length > 0) throw new MissingEnvironmentError(required);
}

/** Returns the warnings of a document, and one for each requirement that is not met. */
export function warningsOf({ warnings }: OrgDocument, unmet: readonly Requirement[]): ImportWarning[] {
  return [
    ...warnings.map(({ file, line, path, message }) => ({ path, message: `${message} (${file}:${line})` })),
    ...unmet.map(({ anyOf, level, workspacePaths }) => ({
      path: level === 'REQUIRED' ? 'required_env' : 'recommended_env',
      message: `${anyOf.join(' or ')} is not available. Needed by ${neededBy(workspacePaths)}`,
    })),
  ];
}

const NAMED_MAX = 3;

function neededBy(paths: readonly string[][]): string {
  const names = paths.map((path) => (path.length === 0 ? 'the whole organization' : path.join(' / ')));
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}
