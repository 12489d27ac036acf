import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const ProjectKind = dbEnum('ProjectKind', values.ProjectKind, 'What a project works on.', {
  SINGLE_REPO: 'One repository.',
  SCRATCH: 'No repository: its sessions cannot claim pull requests.',
});
