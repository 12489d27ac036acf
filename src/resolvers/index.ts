import './viewer.ts';
import './node.ts';
import './organization.ts';
import './member.ts';
import './token.ts';
import './agent.ts';
import './watchedRepo.ts';
import './agentRecord.ts';
import './project.ts';
import './session.ts';
import './spawnSession.ts';
import './activity.ts';
import './sessionSettings.ts';
import './sessionLife.ts';
import './pullRequest.ts';
import './pullRequestChange.ts';
import './change.ts';
import './structureEvent.ts';
import { finishConnections } from '../schema/connection.ts';
import { builder } from '../schema/index.ts';

/** The whole schema: the nouns of src/schema, and what clients may ask of them. */
export const schema = finishConnections(builder.toSchema());
