/** The known reasons why GitHub denies a token access, by GitHub's message, with what an operator can do. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /SAML/i,
    'the organization enforces SAML single sign-on. Authorize the token for the organization in the settings of its owner.',
  ],
  [
    /suspended/i,
    'the installation of the GitHub App is suspended. An owner of the organization can unsuspend it in its settings.',
  ],
  [/IP allow list/i, 'the organization has an IP allow list. Add the address of this server to it.'],
  [
    /not accessible by/i,
    'the token lacks a permission. Grant it read access to pull requests, checks, commit statuses and contents.',
  ],
];
const SCOPES = 'the token lacks a scope. Give it the scopes `repo` and `read:org`.';
const UNKNOWN = 'access to this repository, or to a part of what we need of it, is refused.';

/** The message for the caller. It does not repeat GitHub's own, which may name what the caller may not see. */
export function denialOf(message: string, type?: string): string {
  const reason =
    REASONS.find(([pattern]) => pattern.test(message))?.[1] ??
    (type === 'INSUFFICIENT_SCOPES' ? SCOPES : UNKNOWN);
  return `GitHub denies the token (GITHUB_TOKEN): ${reason}`;
}
