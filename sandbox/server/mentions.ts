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

/** As long as a name may be, with its @. */
const MAX_WORD = 65;

/** `isName`: whether somebody in the channel is called that. */
export function findMentions(message: string, isName: (name: string) => boolean): Mentions {
  const names = new Set<string>();
  const groups = new Set<string>();

  function take(word: string): boolean {
    if (!word.startsWith("@") || word.length > MAX_WORD) return false;
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
    while (!take(word) && /[:._-]/.test(word.slice(-1))) word = word.slice(0, -1);
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
  const closing = closingRuns(text);
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
    // Without a closing run of the same length the backticks are only backticks.
    out += " ";
    at = closing(end, end - at) ?? end;
  }
  return out;
}

/**
 * Gives the position after the first run of exactly `length` backticks from `from` on; a blank line ends the search.
 * Asked for ever later positions, so that each run is looked at once.
 */
function closingRuns(text: string): (from: number, length: number) => number | undefined {
  const runs = new Map<number, number[]>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const positions = runs.get(run.length) ?? [];
    positions.push(index);
    runs.set(run.length, positions);
  }
  const blanks = [...text.matchAll(/\n(?=[ \t]*\n)/g)].map(({ index }) => index).reverse();
  for (const positions of runs.values()) positions.reverse();
  const first = (positions: number[], from: number): number | undefined => {
    while ((positions.at(-1) ?? from) < from) positions.pop();
    return positions.at(-1);
  };
  return (from, length) => {
    const run = first(runs.get(length) ?? [], from);
    const blank = first(blanks, from) ?? text.length;
    return run === undefined || run > blank ? undefined : run + length;
  };
}
