/** The clone URL of a project, as it is registered and corrected. */
import { line } from '../act/input.ts';
import { hasCredentials, parseRepositoryUrl, sshAlias } from './repository.ts';

/** Null when the project has none. */
export const repoUrl = line(0, 2000)
  .nullish()
  .transform((url) => url || null)
  .superRefine((url, context) => {
    const message = url === null ? undefined : fault(url);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

function fault(url: string): string | undefined {
  if (!parseRepositoryUrl(url)) {
    return 'must be the URL of a repository, such as https://github.com/owner/name or git@github.com:owner/name.git';
  }
  if (hasCredentials(url)) return 'must carry no password or token: every member sees it';
  const alias = sshAlias(url);
  return (
    alias &&
    `"${alias}" is an alias in an SSH configuration, not a host: give the host itself, as in git@github.com:owner/name.git`
  );
}
