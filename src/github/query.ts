/**
 * The queries to GitHub.
 *
 * Checks come from the last commit of the pull request and not from `PullRequest.statusCheckRollup`: that one
 * follows the head *branch*, which is usually gone once a pull request is merged.
 */
const fragments = /* GraphQL */ `
  fragment Suite on CheckSuite {
    databaseId
    app {
      databaseId
      slug
    }
    workflowRun {
      databaseId
      event
      runNumber
      workflow {
        name
      }
    }
  }

  fragment Checks on StatusCheckRollupContextConnection {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      __typename
      ... on CheckRun {
        id
        databaseId
        name
        status
        conclusion
        startedAt
        completedAt
        detailsUrl
        url
        isRequired(pullRequestNumber: $number)
        checkSuite {
          ...Suite
        }
      }
      ... on StatusContext {
        id
        context
        state
        targetUrl
        isRequired(pullRequestNumber: $number)
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
      isOutdated
      comments(first: $pageSize) {
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
  query PullRequest($owner: String!, $repo: String!, $number: Int!, $pageSize: Int!) {
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
        headRepository {
          name
          owner {
            login
          }
        }
        isCrossRepository
        mergeCommit {
          oid
        }
        isDraft
        state
        reviewDecision
        mergeable
        mergeStateStatus
        isInMergeQueue
        mergeQueueEntry {
          position
        }
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
              checkSuites(first: $pageSize) {
                nodes {
                  conclusion
                  ...Suite
                }
              }
              statusCheckRollup {
                state
                contexts(first: $pageSize) {
                  ...Checks
                }
              }
            }
          }
        }
        reviewThreads(first: $pageSize) {
          ...Threads
        }
        reviewRequests(first: $pageSize) {
          nodes {
            requestedReviewer {
              __typename
              ... on User {
                login
              }
            }
          }
        }
        # Both lists: an approval stays in force when its author comments later, and only the first list has it then.
        latestOpinionatedReviews(first: $pageSize) {
          nodes {
            ...Review
          }
        }
        latestReviews(first: $pageSize) {
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
    $pageSize: Int!
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
                contexts(first: $pageSize, after: $checksAfter) {
                  ...Checks
                }
              }
            }
          }
        }
        reviewThreads(first: $pageSize, after: $threadsAfter) @include(if: $withThreads) {
          ...Threads
        }
      }
    }
  }
  ${fragments}
`;
