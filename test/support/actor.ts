/** An actor, with the id of the person or agent. */
import { graphql } from '../graphql/gql.ts';

export const ActorFacts = graphql(`
  fragment ActorFacts on Actor {
    kind
    name
    ... on UserActor {
      user {
        id
      }
    }
    ... on AgentActor {
      agent {
        id
      }
    }
  }
`);
