import { graphql } from '../../graphql/gql.ts';

export const CreateToken = graphql(`
  mutation CreateToken($input: CreateTokenInput!) {
    createToken(input: $input) {
      __typename
      ... on CreateTokenPayload {
        cursor
        requestId
        secret
        token {
          id
          label
          prefix
          expiresAt
          revokedAt
          user {
            id
          }
          agent {
            id
          }
        }
      }
      ...Refusal
    }
  }
`);

export const RevokeToken = graphql(`
  mutation RevokeToken($input: RevokeTokenInput!) {
    revokeToken(input: $input) {
      __typename
      ... on RevokeTokenPayload {
        cursor
        requestId
        token {
          id
          revokedAt
        }
      }
      ...Refusal
    }
  }
`);
