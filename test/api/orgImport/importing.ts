/** Imports into a team's organization, as its owner. */
import { graphql } from '../../graphql/gql.ts';
import type { ImportOrgInput, ImportOrgMutation } from '../../graphql/graphql.ts';
import type { Client } from '../../support/client.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';

export const ImportOrg = graphql(`
  mutation ImportOrg($input: ImportOrgInput!) {
    importOrg(input: $input) {
      __typename
      ... on ImportOrgPayload {
        cursor
        requestId
        import {
          ...ImportFacts
        }
        items {
          ...ItemFacts
        }
        plan {
          ...PlanFacts
        }
      }
      ...Refusal
      ... on InvalidOrgSourceError {
        issues {
          file
          line
          path
          message
        }
      }
      ... on MissingEnvironmentError {
        requirements {
          anyOf
          level
          workspacePaths
        }
      }
      ... on PlanStaleError {
        currentPlanHash
      }
      ... on TooManyRemovalsError {
        count
        limit
      }
    }
  }

  fragment ImportFacts on OrgImport {
    id
    name
    mode
    status
    planHash
    createdCount
    skippedCount
    updatedCount
    movedCount
    removedCount
    provisionedCount
    failedCount
    durationMs
    error
    warnings {
      path
      message
    }
  }

  fragment ItemFacts on OrgImportItem {
    name
    path
    action
    reason
    workspace {
      id
    }
    drift {
      field
      before
      after
    }
    duplicateOf {
      id
    }
  }

  fragment PlanFacts on OrgImportPlan {
    hash
    items {
      ...ItemFacts
    }
    unmetRequirements {
      anyOf
      level
      workspacePaths
    }
  }
`);

export const PlanOrg = graphql(`
  query PlanOrg($input: ImportOrgInput!) {
    orgImportPlan(input: $input) {
      __typename
      ... on OrgImportPlanPayload {
        plan {
          ...PlanFacts
        }
      }
      ...Refusal
      ... on InvalidOrgSourceError {
        issues {
          file
          line
          path
          message
        }
      }
    }
  }
`);

export const ExportOrg = graphql(`
  query ExportOrg($organizationId: ID!, $rootId: ID) {
    exportOrg(organizationId: $organizationId, rootId: $rootId)
  }
`);

const WorkspacesOf = graphql(`
  query WorkspacesOf($slug: String!, $after: String) {
    organization(slug: $slug) {
      workspaces(first: 100, after: $after) {
        nodes {
          id
          name
          path
          depth
          role
          status
          importDocument
          agent {
            id
            name
            role
            status
            hiredBy {
              id
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export type Imported = Extract<ImportOrgMutation['importOrg'], { __typename: 'ImportOrgPayload' }>;

type Input = Partial<Omit<ImportOrgInput, 'source' | 'organizationId'>>;

export type Importer = ReturnType<typeof importerOf>;

/** @param by who imports; the owner unless the test says so */
export function importerOf(team: Team, by: Client = team.owner) {
  const inputOf = (source: string | ImportOrgInput['source'], input: Input): ImportOrgInput => ({
    organizationId: team.id,
    source: typeof source === 'string' ? { yaml: source } : source,
    ...input,
  });
  const send = async (source: string | ImportOrgInput['source'], input: Input = {}) =>
    (await by.query(ImportOrg, { input: inputOf(source, input) })).importOrg;
  return {
    send,
    import: async (source: string | ImportOrgInput['source'], input?: Input) =>
      succeeded(await send(source, input)),
    refusal: async (source: string | ImportOrgInput['source'], input?: Input) =>
      refused(await send(source, input)),
    reconcile: async (source: string | ImportOrgInput['source'], input?: Input) =>
      succeeded(await send(source, { ...input, mode: 'RECONCILE' })),
    plan: async (source: string | ImportOrgInput['source'], input: Input = {}) =>
      succeeded((await by.query(PlanOrg, { input: inputOf(source, input) })).orgImportPlan).plan,
    export: async (rootId?: string) =>
      (await by.query(ExportOrg, { organizationId: team.id, rootId })).exportOrg ?? '',
    /** Every live workspace, by path. */
    async tree() {
      const all = [];
      for (let after: string | null = null, isMore = true; isMore; ) {
        const { organization }: Awaited<ReturnType<typeof page>> = await page(after);
        if (!organization) throw new Error('The organization is gone.');
        all.push(...organization.workspaces.nodes);
        ({ endCursor: after, hasNextPage: isMore } = organization.workspaces.pageInfo);
      }
      return all;
    },
  };

  function page(after: string | null) {
    return by.query(WorkspacesOf, { slug: team.slug, after });
  }
}

/** `PM/Dev CREATED`, one line an item. */
export function actionsOf({ items }: { items: { path: string[]; action: string }[] }): string[] {
  return items.map(({ path, action }) => `${path.join('/')} ${action}`);
}

export type Tree = { [name: string]: Tree };

/** A document of nothing but names. */
export function documentOf(tree: Tree, name = 'Acme'): string {
  return JSON.stringify({ name, workspaces: workspacesOf(tree) });
}

function workspacesOf(tree: Tree): object[] {
  return Object.entries(tree).map(([name, below]) => ({ name, children: workspacesOf(below) }));
}
