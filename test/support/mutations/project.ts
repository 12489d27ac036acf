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
