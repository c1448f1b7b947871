// Finds whom a text mentions, as Mattermost does (7.10): names may hold `.`, `-` and `_`, trailing punctuation is
// trimmed, code is skipped. Knows names, not accounts.

export interface Mentions {
  /** Lower case, without the @. */
  readonly names: ReadonlySet<string>;
  /** @all or @channel. */
  readonly everyone: boolean;
  /** @here: those who are online. */
  readonly online: boolean;
}

/** `isName`: whether somebody in the channel is called that. */
export function findMentions(message: string, isName: (name: string) => boolean): Mentions {
  const names = new Set<string>();
  const groups = new Set<string>();

  function take(word: string): boolean {
    if (!word.startsWith("@")) return false;
    const name = word.slice(1).toLowerCase();
    if (["all", "channel", "here"].includes(name)) groups.add(name);
    else if (isName(name)) names.add(name);
    else return false;
    return true;
  }

  for (const [raw] of withoutCode(message).matchAll(/[\p{L}\p{N}:._@-]+/gu)) {
    // `:smile:` is an emoji, whatever stands between the colons.
    if (/^:.*:$/.test(raw)) continue;
    let word = raw.replace(/^[:._-]+/, "");
    const whole = word;
    while (!take(word) && /[:._-]$/.test(word)) word = word.slice(0, -1);
    // No name as it stands: `alice:@bob` and `alice.@bob` still mention bob.
    if (!take(word)) for (const part of whole.split(/[.:-]+/)) take(part);
  }
  return { names, everyone: groups.has("all") || groups.has("channel"), online: groups.has("here") };
}

/** Code spans, fenced blocks and indented blocks become blanks. */
function withoutCode(message: string): string {
  const kept: string[] = [];
  let fence: { readonly mark: string; readonly length: number } | undefined;
  let afterBlank = true;
  let inIndented = false;
  for (const line of message.split("\n")) {
    const [, marks = ""] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence) {
      const closes = marks.startsWith(fence.mark) && marks.length >= fence.length && line.trim() === marks;
      if (closes) fence = undefined;
      kept.push("");
      continue;
    }
    if (marks !== "" && !(marks[0] === "`" && line.slice(line.indexOf(marks) + marks.length).includes("`"))) {
      fence = { mark: marks[0] ?? "", length: marks.length };
      kept.push("");
      continue;
    }
    // An indented block can't interrupt a paragraph.
    inIndented = /^(?: {4}|\t)/.test(line) && (afterBlank || inIndented);
    afterBlank = line.trim() === "";
    kept.push(inIndented ? "" : line);
  }
  return withoutSpans(kept.join("\n"));
}

function withoutSpans(text: string): string {
  let out = "";
  let at = 0;
  while (at < text.length) {
    if (text[at] === "\\" && text[at + 1] === "`") {
      out += "  ";
      at += 2;
      continue;
    }
    if (text[at] !== "`") {
      out += text[at];
      at += 1;
      continue;
    }
    let end = at;
    while (text[end] === "`") end += 1;
    const close = closingRun(text, end, end - at);
    // Without a closing run of the same length the backticks are only backticks.
    out += " ";
    at = close ?? end;
  }
  return out;
}

/** The position after the run of exactly `length` backticks that closes a span; a blank line ends the search. */
function closingRun(text: string, from: number, length: number): number | undefined {
  for (const run of text.slice(from).matchAll(/`+|\n[ \t]*\n/g)) {
    if (run[0][0] === "\n") return undefined;
    if (run[0].length === length) return from + run.index + length;
  }
  return undefined;
}
