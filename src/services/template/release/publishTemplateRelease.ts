import { z } from 'zod';
import type { Agent, Template } from '../../../../prisma/client/client.ts';
import { TemplateVisibility } from '../../../../prisma/client/enums.ts';
import { authorize } from '../../../auth/policy.ts';
import type { Tx } from '../../../database/db.ts';
import { violatedConstraint } from '../../../database/sqlError.ts';
import { SlugTakenError, TemplateInvalidError, TemplateIsInstallationError } from '../../../errors/errors.ts';
import { type Act, perform } from '../../act/act.ts';
import { line, slug, validate, verbatimText } from '../../act/input.ts';
import { recordStructureEvent } from '../../act/structureEvent.ts';
import { lockAgent, visibleAgent } from '../../agent/agent.ts';
import { lockOrganization } from '../../organization/member.ts';
import { buildManifest } from '../manifest/buildManifest.ts';
import type { Json, Manifest } from '../manifest/item.ts';
import { validateManifest } from '../manifest/validateManifest.ts';
import { releasableRows } from './releasableRows.ts';

export const publishTemplateReleaseInput = z.object({
  slug,
  name: line(1, 100),
  description: verbatimText(2000).nullish(),
  visibility: z.enum(TemplateVisibility),
});

type Input = z.output<typeof publishTemplateReleaseInput>;

const result = z.object({ templateId: z.guid(), releaseId: z.guid(), created: z.boolean() });
export type Published = z.output<typeof result>;

const SLUG_CONSTRAINTS = ['template_slug_key', 'template_public_slug_key'];

/**
 * Publishes an agent with its vocabulary as the next release of its template. When nothing has changed since the last
 * release, returns the last release. Sets the slug, name, description and visibility of the template in both cases.
 *
 * @throws TemplateIsInstallationError
 * @throws TemplateInvalidError with all faults
 * @throws SlugTakenError
 */
export async function publishTemplateRelease(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof publishTemplateReleaseInput>,
) {
  const facts = validate(publishTemplateReleaseInput, input);
  const { organizationId } = await visibleAgent(act, agentId);
  try {
    return await perform(act, {
      organizationId,
      result,
      authorize: (viewer) => authorize(viewer, 'template.publish', organizationId),
      queue: () => [organizationId, agentId],
      async lock(tx) {
        // Without the lock, two templates released concurrently would both contain the rows that belong to no agent.
        await lockOrganization(tx, organizationId);
        return await lockAgent(tx, agentId);
      },
      async write(tx, { locked: agent }) {
        if (agent.templateAgentId !== null) throw new TemplateIsInstallationError();
        const { id, role, description } = agent;
        const rows = await releasableRows(tx, agent);
        const manifest = buildManifest({ id, role, description, config: agent.config as Json }, rows);
        const faults = validateManifest(manifest);
        if (faults.length > 0) throw new TemplateInvalidError(faults);
        const template = await putTemplate(tx, agent, facts);
        return { templateId: template.id, ...(await putRelease(tx, act, template, manifest)) };
      },
    });
  } catch (error) {
    if (SLUG_CONSTRAINTS.includes(violatedConstraint(error) ?? '')) throw new SlugTakenError(facts.slug);
    throw error;
  }
}

async function putTemplate(tx: Tx, { id: agentId, organizationId }: Agent, input: Input): Promise<Template> {
  const facts = { ...input, description: input.description ?? null };
  return await tx.template.upsert({
    where: { organizationId_agentId: { organizationId, agentId } },
    create: { ...facts, organizationId, agentId },
    update: facts,
  });
}

async function putRelease(
  tx: Tx,
  act: Act,
  { id: templateId, organizationId, slug }: Template,
  manifest: Manifest,
) {
  const last = await tx.templateRelease.findFirst({
    where: { templateId },
    orderBy: { number: 'desc' },
    select: { id: true, hash: true },
  });
  if (last?.hash === manifest.hash) return { releaseId: last.id, created: false };
  const { id: releaseId, number } = await tx.templateRelease.create({
    data: { organizationId, templateId, hash: manifest.hash, manifest: manifest as object },
    select: { id: true, number: true },
  });
  await recordStructureEvent(tx, act, {
    organizationId,
    type: 'template.released',
    subject: { type: 'Template', id: templateId },
    payload: { slug, release: number, hash: manifest.hash, items: manifest.items.length },
  });
  return { releaseId, created: true };
}
