/** The description of the input field that names the pull request of a claim. */
export const CLAIMED_REF =
  "The pull request: `142` or `#142` in the repository of the session's project, `owner/repo#142`, or its URL `https://<host>/<owner>/<repo>/pull/142`. A URL may continue with a page of the pull request (such as `/files` or `/commits/<sha>`), a query and a fragment, as copied from a browser. `owner/repo#142` names no host: the project's is meant, or github.com when the project has no repository.";
