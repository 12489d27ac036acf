import './enum.ts';
import './organization.ts';
import './user.ts';
import './membership.ts';
import './token.ts';
import './agent.ts';
import './project.ts';
import './session.ts';
import './pullRequest.ts';
import './pullRequestReview.ts';
import './unresolvedReviewer.ts';
import './structureEvent.ts';
import './change.ts';
import './viewer.ts';
import './error.ts';

export { builder } from './builder.ts';
