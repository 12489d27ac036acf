import './organization/viewer.ts';
import './node.ts';
import './organization/organization.ts';
import './organization/member.ts';
import './organization/token.ts';
import './agent/agent.ts';
import './agent/offboardAgent.ts';
import './agent/watchedRepo.ts';
import './agent/agentMemory.ts';
import './agent/agentAction.ts';
import './agent/reviewedPullRequest.ts';
import './project/project.ts';
import './session/session.ts';
import './session/spawnSession.ts';
import './session/activity.ts';
import './session/sessionSettings.ts';
import './session/sessionLife.ts';
import './pullRequest/pullRequest.ts';
import './pullRequest/claimPR.ts';
import './pullRequest/refreshPR.ts';
import './feed/change.ts';
import './feed/liveEvents.ts';
import './organization/structureEvent.ts';
import { builder } from '../schema/index.ts';

/** The whole schema: the nouns of src/schema, and what clients may ask of them. */
export const schema = builder.toSchema();
