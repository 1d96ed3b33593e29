/**
 * What in a text is a secret beyond doubt: keys that are known by their form, and values of `.env`
 * files. Pure. Guesses are left out on purpose: a scan that cries wolf is switched off.
 */

export interface Secret {
  /** From 1. */
  readonly line: number;
  readonly rule: string;
  /** The secret with no more of it than tells which it is. */
  readonly masked: string;
}

/** To be raised with the rules: what was found clean by other rules is looked at again. */
export const RULES_VERSION = 1;

interface Rule {
  readonly rule: string;
  /** With the flag g. What is secret is group 1, or else the whole. */
  readonly pattern: RegExp;
  /** Characters of it that are shown. */
  readonly shown: number;
  readonly holds?: (match: RegExpExecArray, now: number) => boolean;
}

const RULES: readonly Rule[] = [
  {
    rule: 'private key',
    // In a string of a program its lines end with the two characters \n.
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]|["'+,])*(?:[A-Za-z-]+: [^\n]*\s+){0,4}[A-Za-z0-9+/=]{40,}/g,
    shown: 27,
  },
  { rule: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g, shown: 4 },
  {
    rule: 'AWS secret key',
    pattern: /secret_?access_?key["']?\s*[:=]\s*["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    shown: 2,
  },
  { rule: 'GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,251}\b/g, shown: 4 },
  { rule: 'GitHub token', pattern: /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g, shown: 11 },
  { rule: 'Slack token', pattern: /\bxox[abeoprs]-(?:[0-9]+-)+[A-Za-z0-9]{20,}/g, shown: 5 },
  {
    rule: 'Slack webhook',
    pattern: /https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{20,}/g,
    shown: 33,
  },
  { rule: 'Anthropic key', pattern: /\bsk-ant-[a-z]{3,8}\d{2}-[A-Za-z0-9_-]{40,}/g, shown: 7 },
  { rule: 'OpenAI key', pattern: /\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}/g, shown: 3 },
  { rule: 'OpenAI key', pattern: /\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b/g, shown: 3 },
  { rule: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g, shown: 4 },
  { rule: 'Google client secret', pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g, shown: 7 },
  { rule: 'Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,}\b/g, shown: 8 },
  { rule: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g, shown: 4 },
  { rule: 'Azure account key', pattern: /\bAccountKey=([A-Za-z0-9+/]{86}==)/g, shown: 2 },
  { rule: 'Azure access key', pattern: /\bSharedAccessKey=([A-Za-z0-9+/]{43}=)/g, shown: 2 },
  {
    rule: 'JSON web token',
    pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}/g,
    shown: 3,
    holds: ([token], now) => tokenOpensSomething(token ?? '', now),
  },
];

/** One of these is in every text that has a secret: most texts have none of them. */
const HINT =
  /-----BEGIN |A[KS]IA[A-Z2-7]{6}|[Aa]ccess_?[Kk]ey|ACCESS_KEY|\bgh[pousr]_|github_pat_|\bxox[abeoprs]-|hooks\.slack|\bsk-|AIza|GOCSPX|k_live_|\bnpm_|AccountKey|\beyJ/;

/** `now` in ms since the epoch. */
export function secretsIn(text: string, now: number): Secret[] {
  if (!HINT.test(text)) return [];
  const found: (Secret & { at: number })[] = [];
  for (const { rule, pattern, shown, holds } of RULES) {
    for (const match of text.matchAll(pattern)) {
      const secret = match[1] ?? match[0];
      if (isPlaceholder(secret.slice(shown)) || holds?.(match, now) === false) continue;
      found.push({ at: match.index, line: lineAt(text, match.index), rule, masked: mask(secret, shown) });
    }
  }
  return found.sort((a, b) => a.at - b.at).map(({ at: _at, ...secret }) => secret);
}

/** `.env`, `.env.production` and the like; not those that show what one looks like. */
export function isEnvFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^\.env(?:\.[\w.-]+)?$/.test(name) && !/\.(?:example|sample|template|dist|defaults?)$/.test(name);
}

const BINARY = new Set(
  `7z a apk avi bmp bz2 class dll dmg doc docx dylib eot exe flac gif gz ico icns iso jar jpeg jpg lz4 m4a mkv mov mp3
  mp4 o ogg otf parquet pdf png ppt pptx psd pyc rar so tar tgz tif tiff ttf wasm wav webm webp woff woff2 xls xlsx xz
  zip zst`.split(/\s+/),
);

/** By its name: read through to the end it would show no text. */
export function isBinaryFile(path: string): boolean {
  const [, suffix = ''] = /\.([^./]+)$/.exec(path) ?? [];
  return BINARY.has(suffix.toLowerCase());
}

/** The first value that such a file sets, or nothing. */
export function envSecret(text: string): Secret[] {
  for (const [index, line] of text.split('\n').entries()) {
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name && !/^(?:""|''|#.*)?$/.test(value))
      return [{ line: index + 1, rule: '.env file', masked: `${name}=…` }];
  }
  return [];
}

function mask(secret: string, shown: number): string {
  return `${secret.slice(0, shown)}…`;
}

/** What documentation puts there. */
function isPlaceholder(secret: string): boolean {
  return /example|your[-_]?|placeholder|redacted/i.test(secret) || new Set(secret).size < 6;
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** It is a token at all, is not the one of the textbooks, and has not run out. */
function tokenOpensSomething(token: string, now: number): boolean {
  const [head, claims] = token.split('.').slice(0, 2).map(decode);
  if (typeof head?.alg !== 'string' || !claims || head.alg === 'none') return false;
  if (claims.sub === '1234567890') return false;
  return typeof claims.exp !== 'number' || claims.exp * 1000 > now;
}

function decode(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
