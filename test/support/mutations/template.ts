import { graphql } from '../../graphql/gql.ts';

export const TemplateFragments = graphql(`
  fragment PlanItemFacts on TemplatePlanItem {
    kind
    sourceKey
    slug
    action
    reason
    diff {
      field
      before
      after
    }
    kept {
      field
    }
  }

  fragment ConflictFacts on TemplateConflict {
    kind
    slug
    reason
    owner
    resolutions
    installation {
      id
    }
  }

  fragment TemplateRefusal on UserError {
    ... on TemplateConflictsError {
      conflicts {
        ...ConflictFacts
      }
    }
    ... on PlanStaleError {
      currentPlanHash
    }
    ... on TemplateInvalidError {
      issues {
        path
        message
      }
    }
  }
`);

export const PublishTemplateRelease = graphql(`
  mutation PublishTemplateRelease($input: PublishTemplateReleaseInput!) {
    publishTemplateRelease(input: $input) {
      __typename
      ... on PublishTemplateReleasePayload {
        cursor
        requestId
        created
        template {
          id
          slug
          name
          description
          visibility
          publisher
        }
        release {
          id
          number
          hash
        }
      }
      ...Refusal
      ...TemplateRefusal
    }
  }
`);

export const InstallTemplate = graphql(`
  mutation InstallTemplate($input: InstallTemplateInput!) {
    installTemplate(input: $input) {
      __typename
      ... on InstallTemplatePayload {
        cursor
        requestId
        created
        installation {
          id
          status
          organization {
            id
          }
        }
        agent {
          id
          name
          role
          description
          status
        }
        items {
          ...PlanItemFacts
        }
      }
      ...Refusal
      ...TemplateRefusal
    }
  }
`);

export const ResyncInstallation = graphql(`
  mutation ResyncInstallation($input: ResyncInstallationInput!) {
    resyncInstallation(input: $input) {
      __typename
      ... on ResyncInstallationPayload {
        cursor
        requestId
        created
        installation {
          id
        }
        agent {
          id
          name
          role
        }
        items {
          ...PlanItemFacts
        }
      }
      ...Refusal
      ...TemplateRefusal
    }
  }
`);

export const TemplateInstallPlan = graphql(`
  query TemplateInstallPlan($input: TemplateInstallPlanInput!) {
    templateInstallPlan(input: $input) {
      __typename
      ... on TemplateInstallPlanPayload {
        plan {
          hash
          release
          items {
            ...PlanItemFacts
          }
          conflicts {
            ...ConflictFacts
          }
        }
      }
      ...Refusal
    }
  }
`);

export const DetachItem = graphql(`
  mutation DetachItem($input: DetachItemInput!) {
    detachItem(input: $input) {
      __typename
      ... on DetachItemPayload {
        cursor
        requestId
        installation {
          id
        }
      }
      ...Refusal
    }
  }
`);

export const AdoptItem = graphql(`
  mutation AdoptItem($input: AdoptItemInput!) {
    adoptItem(input: $input) {
      __typename
      ... on AdoptItemPayload {
        cursor
        requestId
        installation {
          id
        }
      }
      ...Refusal
    }
  }
`);

export const UninstallTemplate = graphql(`
  mutation UninstallTemplate($input: UninstallTemplateInput!) {
    uninstallTemplate(input: $input) {
      __typename
      ... on UninstallTemplatePayload {
        cursor
        requestId
        installation {
          id
          status
          uninstalledAt
        }
        archivedCount
        keptCount
      }
      ...Refusal
    }
  }
`);
