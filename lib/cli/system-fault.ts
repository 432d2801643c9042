/** What a failed system call says to a person. */
export interface SystemFault {
  readonly says: string;
  readonly fix: string;
}

const DENIED: SystemFault = {
  says: 'this user may not use it',
  fix: 'run the command as the user, or in the group, that Waterwall runs under',
};

const FAULTS: Readonly<Record<string, SystemFault>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  ENOENT: { says: 'it is not there', fix: 'name one that is there' },
  EEXIST: { says: 'it is there already', fix: 'name another one, or remove it' },
  EISDIR: { says: 'it is a folder', fix: 'name a file' },
  ENOTDIR: { says: 'a part of its path is no folder', fix: 'name a file in a folder' },
  ELOOP: { says: 'it is a link that leads to itself', fix: 'remove the link' },
  ENOSPC: { says: 'its disk is full', fix: 'make room on the disk, then try again' },
  EDQUOT: { says: 'this user has no more room on its disk', fix: 'make room, then try again' },
  EROFS: { says: 'its file system is read-only', fix: 'mount it for writing, then try again' },
};

/** In plain words, with the code for whoever looks it up; undefined for a code without words. */
export function describeSystemFault(code: string | undefined): SystemFault | undefined {
  const fault = code === undefined ? undefined : FAULTS[code];
  return fault && { says: `${fault.says} (${code})`, fix: fault.fix };
}
