/** Muster at work beside a GitHub that the test commands, with organizations made through the API. */
import { type Person, startTestApp, type TestApp, type TestConfig, type Tuning } from './app.ts';
import { type GitHub, startGitHub } from './github/github.ts';
import { openPsql, type Psql } from './psql.ts';
import { createTeam, type Team } from './team.ts';

export type Work = {
  app: TestApp;
  github: GitHub;
  psql: Psql;
  /** An organization of its own, with a project in a repository of its own. Ann owns it, unless somebody else is to. */
  createTeam(owner?: Person): Promise<Team>;
  close(): Promise<void>;
};

export async function startWork(tuning?: Tuning, config: TestConfig = {}): Promise<Work> {
  const github = await startGitHub();
  const app = await startTestApp({ github: { apiUrl: github.url, token: github.token }, tuning, ...config });
  const psql = await openPsql(app.app.db.url);
  return {
    app,
    github,
    psql,
    createTeam: async (owner) => await createTeam({ app, github, psql }, owner ?? (await app.signUp())),
    async close() {
      await psql.close();
      await app.close();
      await github.close();
    },
  };
}
