import * as values from '../../../prisma/client/enums.ts';
import { dbEnum } from '../kit/enum.ts';

export const TemplateVisibility = dbEnum(
  'TemplateVisibility',
  values.TemplateVisibility,
  'The visibility of a template.',
  {
    PUBLIC: 'The catalogue contains the template, and every organization except its own can install it.',
    PRIVATE:
      'Only members of its own organization can find the template. Organizations that installed it before keep it and receive its later releases.',
  },
);
