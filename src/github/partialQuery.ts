/** Leaves fields out of a query: those that the host does not have, or cannot return. */
import { type ASTNode, type DocumentNode, type FieldNode, Kind, parse, print, visit } from 'graphql';
import type { PullRequestPart } from '../services/port/pullRequestSource.ts';

/** The fields of a pull request that each part is made of. */
const FIELDS: Record<PullRequestPart, readonly string[]> = {
  CHECKS: ['commits'],
  REVIEWS: ['reviewDecision', 'reviewRequests', 'latestOpinionatedReviews', 'latestReviews'],
  THREADS: ['reviewThreads'],
  MERGEABILITY: ['mergeable', 'mergeStateStatus', 'isInMergeQueue', 'mergeQueueEntry'],
};

/** Fields without which the rest still means what it says. An older Enterprise server may lack them. */
const EXTRAS: ReadonlySet<string> = new Set([
  ...[
    'isRequired',
    'checkSuites',
    'app',
    'slug',
    'databaseId',
    'event',
    'runNumber',
    'startedAt',
    'completedAt',
  ],
  ...['isInMergeQueue', 'mergeQueueEntry', 'mergeStateStatus', 'reviewRequests', 'latestOpinionatedReviews'],
  ...['headRepository', 'isCrossRepository', 'fullDatabaseId', 'isOutdated', 'subjectType', 'originalLine'],
]);

export function isExtra(field: string): boolean {
  return EXTRAS.has(field);
}

/** The part that a field of a pull request belongs to; null for one of the pull request's own. */
export function partOf(field: string): PullRequestPart | null {
  const parts = Object.entries(FIELDS) as [PullRequestPart, readonly string[]][];
  return parts.find(([, fields]) => fields.includes(field))?.[0] ?? null;
}

export function fieldsOf(part: PullRequestPart): readonly string[] {
  return FIELDS[part];
}

/** The query without the fields of these names, and without what only they used. */
export function queryWithout(query: string, names: ReadonlySet<string>): string {
  if (names.size === 0) return query;
  const slim = visit(parse(query), {
    Field: {
      enter: ({ name }) => (names.has(name.value) ? null : undefined),
      // A field of which nothing is left to select.
      leave: (field: FieldNode) => (field.selectionSet?.selections.length === 0 ? null : undefined),
    },
  });
  return print(withoutUnused(slim));
}

/** GraphQL refuses a query with a fragment or a variable that nothing uses. */
function withoutUnused(document: DocumentNode): DocumentNode {
  const [operation] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const used = new Set<string>();
  const follow = (node: ASTNode) => {
    visit(node, {
      FragmentSpread({ name }) {
        if (used.has(name.value)) return;
        used.add(name.value);
        const fragment = document.definitions.find(
          (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name.value,
        );
        if (fragment) follow(fragment);
      },
    });
  };
  if (operation) follow(operation);
  const slim: DocumentNode = {
    ...document,
    definitions: document.definitions.filter(
      (each) => each.kind !== Kind.FRAGMENT_DEFINITION || used.has(each.name.value),
    ),
  };
  const variables = new Set<string>();
  visit(slim, {
    VariableDefinition: () => false,
    Variable({ name }) {
      variables.add(name.value);
    },
  });
  return visit(slim, {
    VariableDefinition: ({ variable }) => (variables.has(variable.name.value) ? undefined : null),
  });
}
