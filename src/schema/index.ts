import './kit/enum.ts';
import './organization/organization.ts';
import './organization/user.ts';
import './organization/membership.ts';
import './organization/token.ts';
import './agent/agent.ts';
import './project/project.ts';
import './session/session.ts';
import './pullRequest/pullRequest.ts';
import './pullRequest/pullRequestReview.ts';
import './pullRequest/unresolvedReviewer.ts';
import './organization/structureEvent.ts';
import './feed/change.ts';
import './organization/viewer.ts';
import './kit/error.ts';

export { builder } from './kit/builder.ts';
