import { Prisma } from '../prisma/client/client.ts';
import { violatedConstraint } from '../src/database/sqlError.ts';
import { expect, it } from './support/test.ts';

/** As the driver adapter passes on a violated CHECK. */
function checkViolation(originalMessage: string) {
  return new Prisma.PrismaClientKnownRequestError('failed', {
    code: 'P2010',
    clientVersion: '7',
    meta: { driverAdapterError: { cause: { kind: 'postgres', originalCode: '23514', originalMessage } } },
  });
}

it.each([
  [
    'English',
    'new row for relation "pull_request_check" violates check constraint "pull_request_check_name_check"',
  ],
  [
    'German',
    'neue Zeile für Relation »pull_request_check« verletzt Check-Constraint »pull_request_check_name_check«',
  ],
  [
    'French',
    'la nouvelle ligne de la relation « pull_request_check » viole la contrainte de vérification « pull_request_check_name_check »',
  ],
  [
    'Turkish',
    '"pull_request_check" ilişkisi için yeni satır "pull_request_check_name_check" check kısıtlamasını ihlal ediyor',
  ],
  [
    'Japanese',
    'リレーション"pull_request_check"の新しい行は検査制約"pull_request_check_name_check"に違反しています',
  ],
])('the violated CHECK is found in a message in %s', (_, message) => {
  expect(violatedConstraint(checkViolation(message))).toBe('pull_request_check_name_check');
});

it('an error of another kind names no constraint', () => {
  const error = new Error('new row for relation "a" violates check constraint "b"');
  expect(violatedConstraint(error)).toBeUndefined();
});
