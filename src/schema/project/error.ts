import { ProjectNotResolvableError } from '../../errors.ts';
import { userError } from '../kit/userError.ts';

userError(ProjectNotResolvableError, {
  description:
    'the project is archived, or a bare number was given and the project has no usable repository URL.',
});
