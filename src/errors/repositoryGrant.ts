import { UserError } from './userError.ts';

/** The operator has not granted the repository to the organization, so its host is not asked. */
export class RepositoryNotGrantedError extends UserError {
  static override readonly code = 'REPOSITORY_NOT_GRANTED';
  readonly host: string;
  readonly repo: { owner: string; name: string };

  constructor({ host, owner, name }: { host: string; owner: string; name: string }) {
    super(
      `The organization may not ask ${host} about ${owner}/${name}. The operator of this installation grants repositories, with "muster grant".`,
    );
    this.host = host;
    this.repo = { owner, name };
  }
}
