import { graphql } from '../../graphql/gql.ts';

export const RegisterProject = graphql(`
  mutation RegisterProject($input: RegisterProjectInput!) {
    registerProject(input: $input) {
      __typename
      ... on RegisterProjectPayload {
        cursor
        requestId
        project {
          id
          slug
          name
          repoUrl
          kind
          archivedAt
        }
      }
      ...Refusal
      ... on SlugTakenError {
        slug
      }
      ... on RepositoryNotGrantedError {
        host
        repo {
          nameWithOwner
        }
      }
    }
  }
`);

export const ChangedProject = graphql(`
  fragment ChangedProject on Project {
    id
    slug
    name
    repoUrl
    kind
    archivedAt
    viewerCanUpdate
  }
`);

export const UpdateProject = graphql(`
  mutation UpdateProject($input: UpdateProjectInput!) {
    updateProject(input: $input) {
      __typename
      ... on UpdateProjectPayload {
        cursor
        requestId
        project {
          ...ChangedProject
        }
      }
      ...Refusal
      ... on RepositoryNotGrantedError {
        host
        repo {
          nameWithOwner
        }
      }
    }
  }
`);

export const ArchiveProject = graphql(`
  mutation ArchiveProject($input: ArchiveProjectInput!) {
    archiveProject(input: $input) {
      __typename
      ... on ArchiveProjectPayload {
        cursor
        requestId
        project {
          ...ChangedProject
        }
      }
      ...Refusal
    }
  }
`);

export const UnarchiveProject = graphql(`
  mutation UnarchiveProject($input: UnarchiveProjectInput!) {
    unarchiveProject(input: $input) {
      __typename
      ... on UnarchiveProjectPayload {
        cursor
        requestId
        project {
          ...ChangedProject
        }
      }
      ...Refusal
    }
  }
`);
