// Long, varied Markdown, the same at every call. Every paragraph carries its number, so that a reader can
// tell whether one was lost, doubled or moved.

const sentence = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all. ";

/** A little less than `length` UTF-16 units. */
export function longText(length: number): string {
  const end = "The end.";
  let text = "";
  for (let at = 1; ; at++) {
    const next = piece(at);
    if (text.length + next.length + end.length > length) return text + end;
    text += next;
  }
}

function piece(at: number): string {
  const mark = `[${at}]`;
  switch (at % 8) {
    case 1:
      return `## Chapter ${mark}\n\n`;
    case 2:
      return `${mark} ${sentence.repeat(5).trim()}\n\n`;
    case 3:
      return `- ${mark} one point\n- **another** point, with \`code\`\n  - and one below it 🦊\n\n`;
    case 4:
      return `\`\`\`ts\n// ${mark}\n${codeLines(12)}\`\`\`\n\n`;
    case 5:
      return `| ${mark} | value |\n|:--|--:|\n| a | 1 |\n| b | 2 |\n\n`;
    case 6:
      return `> ${mark} Grüße, 日本語, emoji 🎉, and _emphasis_.\n\n`;
    case 7:
      // One long line without a place to break.
      return `${mark} ${"x".repeat(600)}\n\n`;
    default:
      return `\`\`\`\n${mark} ${"a long line of output ".repeat(30).trim()}\n\`\`\`\n\n`;
  }
}

function codeLines(count: number): string {
  return Array.from({ length: count }, (_, at) => `const value${at} = compute(${at}, "text");\n`).join("");
}
