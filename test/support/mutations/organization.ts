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
        invitation {
          ...InvitationFacts
        }
      }
      ...Refusal
      ... on AlreadyMemberError {
        member {
          id
          role
        }
      }
      ... on AlreadyInvitedError {
        invitation {
          id
          role
        }
      }
    }
  }

  fragment InvitationFacts on Invitation {
    id
    organization {
      slug
      name
    }
    email
    name
    role
    status
    invitedBy {
      id
    }
    createdAt
    endedAt
  }
`);

export const AcceptInvitation = graphql(`
  mutation AcceptInvitation($input: AcceptInvitationInput!) {
    acceptInvitation(input: $input) {
      __typename
      ... on AcceptInvitationPayload {
        cursor
        requestId
        invitation {
          ...InvitationFacts
        }
        member {
          id
          role
          name
          user {
            id
            name
            email
          }
        }
      }
      ...Refusal
      ... on InvitationEndedError {
        status
      }
      ... on AlreadyMemberError {
        member {
          id
        }
      }
    }
  }
`);

export const DeclineInvitation = graphql(`
  mutation DeclineInvitation($input: DeclineInvitationInput!) {
    declineInvitation(input: $input) {
      __typename
      ... on DeclineInvitationPayload {
        cursor
        requestId
        invitation {
          ...InvitationFacts
        }
      }
      ...Refusal
      ... on InvitationEndedError {
        status
      }
    }
  }
`);

export const WithdrawInvitation = graphql(`
  mutation WithdrawInvitation($input: WithdrawInvitationInput!) {
    withdrawInvitation(input: $input) {
      __typename
      ... on WithdrawInvitationPayload {
        cursor
        requestId
        invitation {
          ...InvitationFacts
        }
      }
      ...Refusal
      ... on InvitationEndedError {
        status
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
        revokedTokenIds
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
        revokedTokenIds
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
