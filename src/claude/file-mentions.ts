// A word such as `@/etc/passwd` in a message makes the CLI read that file and hand it to the model, wherever it lies, and
// ask nobody (1.0.128 to 2.1.330). Files of the working directory may be named so; others reach Claude as words.

/**
 * Puts a blank behind each `@` that could lead out of the working directory: absolute and home paths, quoted ones, those
 * with `..`, variables, and resources of MCP servers (`@server:resource`).
 */
export function withoutFileMentions(text: string): string {
  return text.replace(/(?<![\p{L}\p{N}])@(?=["'`\\/~.$%]|\S*\.\.|\S*:\S)/gu, "@ ");
}
