import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const TemplateVisibility = dbEnum(
  'TemplateVisibility',
  values.TemplateVisibility,
  'Who finds a template.',
  {
    PUBLIC: 'It is in the catalogue, and every organization but its own can install it.',
    PRIVATE:
      'Only members of its own organization find it. Organizations that have it installed keep it, and its later releases.',
  },
);
