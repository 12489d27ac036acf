import { ProjectNotResolvableError } from '../../errors.ts';
import { userError } from '../kit/userError.ts';

userError(ProjectNotResolvableError, {
  description:
    'the project is archived, its repository URL is unusable, or a bare number was given and the project has no repository URL.',
});
