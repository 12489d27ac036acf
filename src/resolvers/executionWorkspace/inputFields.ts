import type { Types } from '../../schema/kit/builder.ts';

/** The input fields of every act on an execution workspace that exists. */
export const versionedInput = (
  t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>,
  description: string,
) => ({
  id: t.idOf('ExecutionWorkspace', { required: true, description }),
  expectedVersion: t.int({
    description:
      'The version that the caller has read. With another one the mutation is VERSION_CONFLICT. Without it, any version will do.',
  }),
});
