/**
 * The queries to GitHub. They select only required fields, because an error on any field makes the answer unusable.
 *
 * Checks come from the last commit of the pull request and not from `PullRequest.statusCheckRollup`: that one
 * follows the head *branch*, which is usually gone once a pull request is merged.
 */
const fragments = /* GraphQL */ `
  fragment Checks on StatusCheckRollupContextConnection {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      __typename
      ... on CheckRun {
        id
        name
        status
        conclusion
        detailsUrl
        url
        checkSuite {
          workflowRun {
            workflow {
              name
            }
          }
        }
      }
      ... on StatusContext {
        id
        context
        state
        targetUrl
      }
    }
  }

  fragment Threads on PullRequestReviewThreadConnection {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      path
      line
      originalLine
      subjectType
      isResolved
      comments(first: 100) {
        nodes {
          id
          author {
            __typename
            login
          }
          body
          url
          state
          createdAt
        }
      }
    }
  }
`;

/** Facts, checks, review threads and reviews of one pull request, in one request. */
export const pullRequestQuery = /* GraphQL */ `
  query PullRequest($owner: String!, $repo: String!, $number: Int!) {
    repository(owner: $owner, name: $repo) {
      name
      owner {
        login
      }
      pullRequest(number: $number) {
        number
        fullDatabaseId
        url
        title
        author {
          __typename
          login
        }
        headRefName
        baseRefName
        headRefOid
        baseRefOid
        mergeCommit {
          oid
        }
        isDraft
        state
        reviewDecision
        mergeable
        mergeStateStatus
        additions
        deletions
        changedFiles
        createdAt
        updatedAt
        mergedAt
        closedAt
        commits(last: 1) {
          nodes {
            commit {
              oid
              statusCheckRollup {
                state
                contexts(first: 100) {
                  ...Checks
                }
              }
            }
          }
        }
        reviewThreads(first: 100) {
          ...Threads
        }
        # Both lists: an approval stays in force when its author comments later, and only the first list has it then.
        latestOpinionatedReviews(first: 100) {
          nodes {
            ...Review
          }
        }
        latestReviews(first: 100) {
          nodes {
            ...Review
          }
        }
      }
    }
  }

  fragment Review on PullRequestReview {
    id
    author {
      __typename
      login
    }
    state
    body
    url
    submittedAt
  }
  ${fragments}
`;

/** The next page of whichever list has one, and the head that the page belongs to. */
export const morePagesQuery = /* GraphQL */ `
  query MorePages(
    $owner: String!
    $repo: String!
    $number: Int!
    $withChecks: Boolean!
    $checksAfter: String
    $withThreads: Boolean!
    $threadsAfter: String
  ) {
    repository(owner: $owner, name: $repo) {
      pullRequest(number: $number) {
        headRefOid
        commits(last: 1) @include(if: $withChecks) {
          nodes {
            commit {
              oid
              statusCheckRollup {
                contexts(first: 100, after: $checksAfter) {
                  ...Checks
                }
              }
            }
          }
        }
        reviewThreads(first: 100, after: $threadsAfter) @include(if: $withThreads) {
          ...Threads
        }
      }
    }
  }
  ${fragments}
`;
