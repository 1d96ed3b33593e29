/** Which sources of workspaces are taken, and what runs for one before a session's program. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { type Clone, holdsSecret, type WorkspaceSource } from '@berth/shared/domain/workspace-source';

const REPOSITORY = /^[a-z0-9-]{1,64}$/;
const UPLOAD = /^[A-Za-z0-9-]{1,64}$/;
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})?$/;
/** git would run a program for anything else, or ask one that is not there. */
const SCHEMES = new Set(['https', 'http', 'ssh', 'git', 'file']);
const MOST_URL = 4096;
/** Characters of a name, or of a mail address. */
const MOST_OF_PERSON = 1000;

/** Throws ARGUMENT_INVALID. */
export function checkUpload({ repository, upload }: { repository: string; upload: string }): void {
  if (!REPOSITORY.test(repository)) {
    throw invalid('the repository of a push must be 1 to 64 of the characters a-z, 0-9 and -');
  }
  if (!UPLOAD.test(upload)) throw invalid('the id of an upload must be 1 to 64 letters, digits and dashes');
}

/** Throws ARGUMENT_INVALID for what no client of ours asks, SOURCE_INVALID for what a person may have. */
export function checkSource(source: WorkspaceSource): void {
  switch (source.kind) {
    case 'empty':
      return;
    case 'directory':
      if (!/^(\/|~\/|~$)/.test(source.path) || source.path.includes('\0')) {
        throw refused(`${oneLine(source.path)} is no directory of this host: it must begin with / or ~/`);
      }
      return;
    case 'checkout': {
      checkUpload(source);
      const { commit, indexCommit, workCommit, authorName, authorEmail } = source;
      if (![commit, indexCommit, workCommit].every((id) => OBJECT_ID.test(id))) {
        throw invalid('a commit is named by all of its hexadecimal digits');
      }
      if (![authorName, authorEmail].every(isOfPerson)) {
        throw invalid(`an author has up to ${MOST_OF_PERSON} characters, none of which controls anything`);
      }
      return;
    }
    case 'clone':
      checkClone(source);
  }
}

function isOfPerson(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is written into a file of lines
  return text.length <= MOST_OF_PERSON && !/[\u0000-\u001f\u007f]/.test(text);
}

function checkClone({ url, branch }: Clone): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no program is to be given one
  if (url === '' || url.length > MOST_URL || /[\u0000-\u001f\u007f]/.test(url)) {
    throw refused('the address of the repository is empty, too long, or has control characters');
  }
  if (url.startsWith('-'))
    throw refused(`${oneLine(url)} is no address of a repository: it begins with a dash`);
  if (/^[^/]*::/.test(url)) {
    throw refused(`cannot clone ${oneLine(url)}: remote helpers such as ext:: run programs`);
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined && !SCHEMES.has(scheme)) {
    throw refused(`cannot clone from ${scheme}://: only ${[...SCHEMES].join(', ')} are taken`);
  }
  if (holdsSecret(url)) {
    throw refused(
      'the address of the repository holds a password or token, which would be told to everybody',
      {
        hint: "leave it out, and let the host's own git know it: git config --global credential.helper store",
      },
    );
  }
  if (scheme === undefined && !url.startsWith('/') && !/^[^/:]+:[^:]/.test(url)) {
    throw refused(`${oneLine(url)} is no address that the host could clone from`, {
      hint: 'give a URL, user@machine:path, or an absolute path on the host',
    });
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no program is to be given one
  if (branch.startsWith('-') || /[\u0000-\u0020\u007f~^:?*[\\]/.test(branch)) {
    throw refused(`${oneLine(branch)} is no name of a branch or tag`);
  }
}

/**
 * What runs in the session's workspace before its program, until it has succeeded once; empty: nothing.
 * The arguments are git's, and no shell sees them.
 */
export function preludeOf(source: WorkspaceSource): readonly string[] {
  if (source.kind !== 'clone') return [];
  const { url, branch, depth } = source;
  return [
    'git',
    ...['-c', 'protocol.ext.allow=never', 'clone'],
    ...(depth > 0 ? [`--depth=${depth}`] : []),
    ...(branch ? [`--branch=${branch}`] : []),
    ...['--', url, '.'],
  ];
}

function refused(message: string, options: { hint?: string } = {}): BerthError {
  return new BerthError('SOURCE_INVALID', message, options);
}

function invalid(message: string): BerthError {
  return new BerthError('ARGUMENT_INVALID', message);
}
