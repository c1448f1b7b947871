// Markdown as a reader sees it: its leaf blocks in order, each with what it stands in. Read by a parser that is not ours.

import MarkdownIt from "markdown-it";

// HTML is text, as Mattermost's clients show it.
const reader = new MarkdownIt({ html: false, linkify: false });

type Token = ReturnType<typeof reader.parse>[number];

export interface ReadLeaf {
  /** `heading 2`, `paragraph`, `code ts`, `head` and `row` of a table, `rule`. */
  readonly kind: string;
  /** With the marks of what is inline: `<strong>`, `<code_inline>`. */
  readonly text: string;
  /** As it is written. */
  readonly source: string;
  /** A heading by the line below it. */
  readonly isUnderlined: boolean;
  /** What it stands in, outermost first: `quote`, `bullet`, and the number an item is shown with. */
  readonly path: readonly string[];
  /** Of each of those whether the leaf is the first in it. */
  readonly isFirst: readonly boolean[];
}

interface Container {
  name: string;
  isNew: boolean;
}

export function readLeaves(markdown: string): ReadLeaf[] {
  const leaves: ReadLeaf[] = [];
  const containers: Container[] = [];
  /** The number of the next item of each open list; undefined for bullets. */
  const lists: (number | undefined)[] = [];
  let kind = "paragraph";
  let isUnderlined = false;
  let cells: string[] = [];
  let sources: string[] = [];
  let isHead = false;
  const leaf = (name: string, text: string, source = text): void => {
    leaves.push({
      kind: name,
      text,
      source,
      isUnderlined: isUnderlined && name.startsWith("heading"),
      path: containers.map((container) => container.name),
      isFirst: containers.map((container) => container.isNew),
    });
    for (const container of containers) {
      container.isNew = false;
    }
  };
  for (const token of reader.parse(markdown, {})) {
    switch (token.type) {
      case "blockquote_open":
        containers.push({ name: "quote", isNew: true });
        break;
      case "bullet_list_open":
        lists.push(undefined);
        break;
      case "ordered_list_open":
        lists.push(Number(token.attrGet("start") ?? 1));
        break;
      case "list_item_open": {
        const number = lists.pop();
        lists.push(number === undefined ? undefined : number + 1);
        containers.push({ name: number === undefined ? "bullet" : `${number}.`, isNew: true });
        break;
      }
      case "bullet_list_close":
      case "ordered_list_close":
        lists.pop();
        break;
      case "blockquote_close":
      case "list_item_close":
        // An item without anything in it is seen as well.
        if (containers.at(-1)?.isNew) {
          leaf("empty", "");
        }
        containers.pop();
        break;
      case "heading_open":
        kind = `heading ${token.tag.slice(1)}`;
        isUnderlined = token.markup !== "#".repeat(token.markup.length);
        break;
      case "paragraph_open":
        kind = "paragraph";
        isUnderlined = false;
        break;
      case "th_open":
      case "td_open":
        kind = "cell";
        break;
      case "tr_open":
        cells = [];
        sources = [];
        break;
      case "tr_close":
        leaf(isHead ? "head" : "row", cells.join(" | "), sources.join(" | "));
        break;
      case "thead_open":
      case "thead_close":
        isHead = token.type === "thead_open";
        break;
      case "inline":
        if (kind === "cell") {
          cells.push(inlineText(token));
          sources.push(token.content);
        } else {
          leaf(kind, inlineText(token), token.content);
        }
        break;
      case "fence":
      case "code_block":
        leaf(`code ${token.info.trim()}`, token.content);
        break;
      case "hr":
        leaf("rule", "");
        break;
    }
  }
  return leaves;
}

function inlineText(token: Token): string {
  return (token.children ?? [])
    .map((child) => {
      switch (child.type) {
        case "text":
        case "text_special":
          return child.content;
        case "softbreak":
        case "hardbreak":
          return " ";
        case "code_inline":
          return `<code>${child.content}</code>`;
        case "image":
          return `<image ${child.attrGet("src")}>`;
        case "link_open":
          return `<link ${child.attrGet("href")}>`;
        default:
          return `<${child.nesting < 0 ? "/" : ""}${child.tag}>`;
      }
    })
    .join("")
    .replace(/\s+/g, " ")
    .trim();
}

/** All text that is no code, and the addresses of pictures. */
export function readAsText(markdown: string): string {
  const words: string[] = [];
  for (const block of reader.parse(markdown, {})) {
    for (const token of block.children ?? []) {
      if (token.type === "image") words.push(`picture ${token.attrGet("src")}`);
      if (token.type !== "code_inline") words.push(token.content);
    }
  }
  return words.join("\n");
}
