/** The page in every encoding that a client may accept. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { contentSecurityPolicy } from './contentSecurityPolicy.ts';

export type Encoding = 'br' | 'gzip' | 'identity';

export type Page = {
  bodies: Record<Encoding, Buffer>;
  /** Weak, because it is the same in every encoding. */
  etag: string;
  /** The `Content-Security-Policy` that fits it. */
  policy: string;
};

/** Smaller than gzip's result and about as fast to make. The highest quality takes 20 seconds. */
const BROTLI_QUALITY = 5;

export async function encodePage(html: string): Promise<Page> {
  const identity = Buffer.from(html);
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
    promisify(gzip)(identity),
  ]);
  const etag = `W/"${createHash('sha256').update(identity).digest('base64url')}"`;
  return { bodies: { br, gzip: zipped, identity }, etag, policy: contentSecurityPolicy(html) };
}

/** The smallest encoding that an `Accept-Encoding` header accepts. `q=0` refuses one. */
export function encodingFor(header = ''): Encoding {
  const accepted = header
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
    .filter((each) => !/;\s*q=0(\.0*)?$/.test(each))
    .map((each) => each.split(';')[0]?.trim());
  return (['br', 'gzip'] as const).find((encoding) => accepted.includes(encoding)) ?? 'identity';
}
