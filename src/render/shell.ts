// Words for a shell, as a person would paste them. Pure.

/** One word to any POSIX shell, whatever is in it; left as it is where it can mean nothing else. */
export function shellWord(text: string): string {
  return /^[\w@%+:,./][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
