import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const VocabularyWriter = dbEnum(
  'VocabularyWriter',
  values.VocabularyWriter,
  'Who wrote a definition last.',
  {
    LOCAL: 'Somebody in the organization, or another program at its database.',
    TEMPLATE: 'An installation, from a release.',
  },
);
