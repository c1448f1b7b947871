// Text from people, servers and programs must not control a terminal.

/** Line ends and tabs stay. */
export function printable(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, "\uFFFD");
}
