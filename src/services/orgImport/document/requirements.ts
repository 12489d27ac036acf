import type { OrgDocument, RequirementEntry, RequirementLevel } from './document.ts';

export type Requirement = {
  /** The environment variables, sorted. One available variable meets the requirement. */
  anyOf: string[];
  level: RequirementLevel;
  /** The paths of the workspaces that have the requirement; an empty path stands for the whole organization. */
  workspacePaths: string[][];
};

/** Returns each requirement of the document once, required before recommended, single names before groups. */
export function requirementsOf(document: OrgDocument): Requirement[] {
  return tiered(document.requirements);
}

/** Returns the requirements that neither the names in `available` nor the source's own `.env` files meet. */
export function unmetRequirements(document: OrgDocument, available: Iterable<string>): Requirement[] {
  const names = new Set([...document.provided, ...available]);
  return tiered(
    document.requirements.filter(
      ({ anyOf, provided }) => !anyOf.some((name) => names.has(name) || provided.includes(name)),
    ),
  );
}

/**
 * Removes redundant requirements: a recommendation that is required already, and a group with a name that is itself
 * required or, for a recommended group, recommended.
 */
function tiered(entries: readonly RequirementEntry[]): Requirement[] {
  const required = distinct(entries, 'REQUIRED');
  const requiredNames = singleNames(required);
  const recommended = distinct(entries, 'RECOMMENDED');
  const strict = new Set([...requiredNames, ...singleNames(recommended)]);
  const requiredKeys = new Set(required.map(keyOf));
  return [
    ...required.filter((each) => isSingle(each) || !holdsAny(each, requiredNames)),
    ...recommended.filter(
      (each) =>
        !requiredKeys.has(keyOf(each)) &&
        (isSingle(each) ? !holdsAny(each, requiredNames) : !holdsAny(each, strict)),
    ),
  ];
}

function distinct(entries: readonly RequirementEntry[], level: RequirementLevel): Requirement[] {
  const byKey = new Map<string, Requirement>();
  for (const entry of entries) {
    if (entry.level !== level) continue;
    const known = byKey.get(keyOf(entry));
    if (known) known.workspacePaths.push(entry.workspacePath);
    else byKey.set(keyOf(entry), { anyOf: entry.anyOf, level, workspacePaths: [entry.workspacePath] });
  }
  return [...byKey.values()].sort(
    (a, b) => Number(!isSingle(a)) - Number(!isSingle(b)) || (keyOf(a) < keyOf(b) ? -1 : 1),
  );
}

function singleNames(requirements: readonly Requirement[]): Set<string> {
  return new Set(requirements.filter(isSingle).flatMap(({ anyOf }) => anyOf));
}

function isSingle({ anyOf }: { anyOf: string[] }): boolean {
  return anyOf.length === 1;
}

function holdsAny({ anyOf }: { anyOf: string[] }, names: ReadonlySet<string>): boolean {
  return anyOf.some((name) => names.has(name));
}

function keyOf({ anyOf }: { anyOf: string[] }): string {
  return anyOf.join(' ');
}
