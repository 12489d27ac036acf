import type { DocumentSchedule } from './document.ts';
import { type Mapping, mappingOf } from './mapping.ts';
import { readPrompt } from './prompt.ts';
import type { Reading } from './reading.ts';
import { NAME } from './text.ts';
import { Unique } from './unique.ts';

const KEYS = ['name', 'cron_expr', 'timezone', 'prompt', 'prompt_file', 'enabled'];

export function readSchedules(mapping: Mapping, folder: string, reading: Reading): DocumentSchedule[] {
  const names = new Unique('schedule', reading.findings);
  return mapping.items('schedules').flatMap((node) => {
    const fields = mappingOf(node, reading.findings);
    if (!fields) return [];
    fields.warnUnknownKeys(KEYS);
    const schedule = readSchedule(fields, folder, reading);
    return schedule && names.add(schedule.name, fields) ? [schedule] : [];
  });
}

function readSchedule(fields: Mapping, folder: string, reading: Reading): DocumentSchedule | undefined {
  const name = fields.requiredText('name', NAME);
  const cronExpr = fields.requiredText('cron_expr', NAME);
  const timezone = fields.text('timezone', NAME) || 'UTC';
  const text = readPrompt(fields, 'prompt', folder, reading);
  const enabled = fields.flag('enabled') ?? true;

  const fault = cronExpr && reading.times.cronFault(cronExpr);
  if (fault) reading.findings.error(fields.get('cron_expr') ?? fields, `cron_expr ${fault}`);
  const zoneFault = reading.times.zoneFault(timezone);
  if (zoneFault) reading.findings.error(fields.get('timezone') ?? fields, `timezone ${zoneFault}`);
  // A missing prompt file is a warning. A schedule without its prompt must not fire.
  const prompt = text ?? '';
  const blank = prompt.trim() === '';
  if (blank && enabled && text !== null)
    reading.findings.error(fields, 'a schedule that is enabled needs a prompt or a prompt_file');
  if (name === undefined || cronExpr === undefined) return undefined;
  return { name, cronExpr, timezone, prompt, enabled: enabled && !blank };
}
