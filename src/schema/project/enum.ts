import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const ProjectKind = dbEnum(
  'ProjectKind',
  values.ProjectKind,
  'Whether a project works on a repository.',
  {
    SINGLE_REPO: 'The project works on one repository.',
    SCRATCH: 'The project has no repository. Its sessions cannot claim pull requests.',
  },
);
