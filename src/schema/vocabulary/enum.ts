import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const VocabularyWriter = dbEnum(
  'VocabularyWriter',
  values.VocabularyWriter,
  'The side that last wrote a vocabulary definition.',
  {
    LOCAL: 'A member of the organization wrote the definition, or another program wrote it in the database.',
    TEMPLATE: 'An installation wrote the definition, from a release of its template.',
  },
);
