import { UnreadableFile } from '../source/files.ts';
import type { Positioned } from '../source/findings.ts';
import { resolvePath } from '../source/path.ts';
import type { Mapping } from './mapping.ts';
import type { Reading } from './reading.ts';
import { NAME, PROSE, textFault } from './text.ts';

const SYSTEM_PROMPT_FILE = 'system-prompt.md';

/**
 * Reads a text that is given inline by `key` or as a file by `<key>_file`; the inline text wins. Undefined when neither
 * is given. Null, with a warning, when the file does not exist.
 */
export function readPrompt(
  mapping: Mapping,
  key: string,
  folder: string,
  reading: Reading,
): string | null | undefined {
  const inline = mapping.text(key, PROSE) || undefined;
  const node = mapping.get(`${key}_file`);
  const spelled = mapping.text(`${key}_file`, NAME);
  if (!node || !spelled) return inline;
  const path = resolvePath(spelled, folder, folder);
  if (path === undefined)
    return void reading.findings.error(node, 'must be a relative path inside the folder it is read from');
  if (inline) return inline;
  const text = fileText(path, node, reading);
  if (text === null) reading.findings.warning(node, `the file ${JSON.stringify(spelled)} does not exist`);
  return text;
}

/** Reads the system prompt: the inline text, or `system-prompt.md` in the workspace's folder. */
export function readSystemPrompt(
  mapping: Mapping,
  folder: string | undefined,
  reading: Reading,
): string | undefined {
  const inline = mapping.text('system_prompt', PROSE) || undefined;
  if (inline || folder === undefined) return inline;
  return fileText(`${folder}/${SYSTEM_PROMPT_FILE}`, mapping, reading) ?? undefined;
}

/** Returns null when the file does not exist, and undefined when it has an error, which is reported. */
function fileText(path: string, at: Positioned, reading: Reading): string | null | undefined {
  try {
    const text = reading.files.read(path);
    const fault = text.includes('\0') ? 'must not contain a NUL character' : textFault(text, PROSE);
    if (fault) return void reading.findings.error(at, `the text of ${path} ${fault}`);
    return reading.mayHold(at, text.length) ? text : undefined;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    if (error.missing) return null;
    return void reading.findings.error(at, `the file ${path} cannot be read: ${error.message}`);
  }
}
