import { ProjectNotResolvableError, RepositoryNotGrantedError } from '../../errors/errors.ts';
import { userError } from '../kit/userError.ts';
import { RepoRef } from './repoRef.ts';

userError(ProjectNotResolvableError, {
  description:
    'the project is archived, its repository URL is unusable, or a bare number was given and the project has no repository URL.',
});

userError(RepositoryNotGrantedError, {
  description:
    'the operator of this installation has not granted the repository to the organization. Its host was not asked. It is also returned when the host answers that the repository has moved to a place that is not granted.',
  fields: (t) => ({
    host: t.exposeString('host', { description: 'The host of the repository.' }),
    repo: t.expose('repo', { type: RepoRef, description: 'The repository that was asked for.' }),
  }),
});
