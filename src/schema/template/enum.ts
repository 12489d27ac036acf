import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const InstallationStatus = dbEnum(
  'InstallationStatus',
  values.InstallationStatus,
  'Whether an installation is in force.',
  {
    INSTALLED: 'It manages its agent and its vocabulary.',
    UNINSTALLED: 'It manages nothing any more. Final: the template can be installed anew.',
  },
);
