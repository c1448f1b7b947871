// A word such as `@/etc/passwd` in a message makes the CLI read that file and hand it to the model, wherever it lies, and
// ask nobody (1.0.128 to 2.1.330). Files of the working directory may be named so; others reach Claude as words.

/**
 * Puts a blank behind each `@` that could lead out of the working directory: absolute and home paths, quoted ones, those
 * with `..`, variables, and resources of MCP servers (`@server:resource`).
 */
export function withoutFileMentions(text: string): string {
  return text.replace(/\S+/gu, withoutFileMentionsIn);
}

/** Word by word, and what leads out is looked for once in each: not again behind each `@`. */
function withoutFileMentionsIn(word: string): string {
  const leadsOut = Math.max(word.lastIndexOf(".."), word.lastIndexOf(":", word.length - 2));
  return word.replace(
    /(?<![\p{L}\p{N}])@(["'`\\/~.$%])?/gu,
    (mention, sign: string | undefined, at: number) =>
      sign !== undefined || at < leadsOut ? `@ ${sign ?? ""}` : mention,
  );
}
