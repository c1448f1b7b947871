// A word such as `@/etc/passwd` in a message makes the CLI read that file and send it to the model, wherever it is, and
// without asking anybody (1.0.128 to 2.1.330). Files of the working directory may be mentioned in this way; for Claude
// all other mentions are plain text.

/**
 * Inserts a space after each `@` that could lead out of the working directory: absolute and home paths, quoted ones,
 * those with `..`, variables, and resources of MCP servers (`@server:resource`).
 */
export function withoutFileMentions(text: string): string {
  return text.replace(/\S+/gu, withoutFileMentionsIn);
}

/** Word by word. What leads out is searched once a word, and not once for each `@`, so that the time stays linear. */
function withoutFileMentionsIn(word: string): string {
  const leadsOut = Math.max(word.lastIndexOf(".."), word.lastIndexOf(":", word.length - 2));
  return word.replace(
    /(?<![\p{L}\p{N}])@(["'`\\/~.$%])?/gu,
    (mention, sign: string | undefined, at: number) =>
      sign !== undefined || at < leadsOut ? `@ ${sign ?? ""}` : mention,
  );
}
