import { builder } from '../kit/builder.ts';

/** Declared without values: `addChangeTypes` adds those of each noun. */
export const ChangeType = builder.enumType('ChangeType', {
  description:
    'What happened to an object. A change of one row makes one change in the feed, of the most specific type. Only PR_SESSION_CHANGED can be followed by a PR_UPDATED for the same row change. A change of `displayStatus`, `scmStatus` or `lane` of a session is a SESSION_UPDATED after the change that caused it.',
  values: {} as Record<string, { value: string }>,
});

const typesByEntity = new Map<string, readonly string[]>();

/** @param descriptions the change types of an entity type, each with its description */
export function addChangeTypes(entityType: string, descriptions: Record<string, string>): void {
  typesByEntity.set(entityType, Object.keys(descriptions));
  const values = Object.fromEntries(
    Object.entries(descriptions).map(([value, description]) => [value, { value, description }]),
  );
  ChangeType.updateConfig((config) => ({ ...config, values: { ...config.values, ...values } }));
}

/** The change types of an entity type; empty for a type without changes. */
export function changeTypesOf(entityType: string): readonly string[] {
  return typesByEntity.get(entityType) ?? [];
}
