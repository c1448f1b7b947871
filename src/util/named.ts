// Words of somebody else's in a post, below all that knows Markdown.

/** A name, path or command in code format that it can't end. */
export function named(text: string): string {
  return `\`${text.replaceAll(/[\p{C}\p{Zl}\p{Zp}`]/gu, "\uFFFD")}\``;
}
