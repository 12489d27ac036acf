import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const InstallationStatus = dbEnum(
  'InstallationStatus',
  values.InstallationStatus,
  'The status of an installation.',
  {
    INSTALLED: 'The installation manages its agent and its vocabulary.',
    UNINSTALLED:
      'The installation manages no agent and no vocabulary any more. This status is final; a new installation of the template is possible.',
  },
);
