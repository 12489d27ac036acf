import { graphql } from '../../graphql/gql.ts';

export const CreateOrganization = graphql(`
  mutation CreateOrganization($input: CreateOrganizationInput!) {
    createOrganization(input: $input) {
      __typename
      ... on CreateOrganizationPayload {
        cursor
        requestId
        organization {
          id
          slug
          name
          viewerRole
        }
      }
      ...Refusal
      ... on SlugTakenError {
        slug
      }
    }
  }

  fragment Refusal on UserError {
    code
    message
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
`);

export const AddMember = graphql(`
  mutation AddMember($input: AddMemberInput!) {
    addMember(input: $input) {
      __typename
      ... on AddMemberPayload {
        cursor
        requestId
        member {
          id
          role
          user {
            id
            name
            email
          }
        }
      }
      ...Refusal
      ... on AlreadyMemberError {
        member {
          id
          role
        }
      }
    }
  }
`);

export const ChangeMemberRole = graphql(`
  mutation ChangeMemberRole($input: ChangeMemberRoleInput!) {
    changeMemberRole(input: $input) {
      __typename
      ... on ChangeMemberRolePayload {
        cursor
        requestId
        member {
          id
          role
        }
      }
      ...Refusal
    }
  }
`);

export const RemoveMember = graphql(`
  mutation RemoveMember($input: RemoveMemberInput!) {
    removeMember(input: $input) {
      __typename
      ... on RemoveMemberPayload {
        cursor
        requestId
        revokedTokens
        member {
          id
          role
          removedAt
          user {
            name
          }
        }
      }
      ...Refusal
    }
  }
`);
