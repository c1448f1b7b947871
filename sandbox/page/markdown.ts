// A post's text → nodes, as Mattermost shows it: tables, task lists, coloured code, mentions, emoji. HTML in a post stays
// text, addresses that could run something are no links, and pictures from elsewhere are links too.

import { emojiCharacter } from "./emoji.ts";
import hljs from "./vendor/highlight.mjs";
import MarkdownIt, { type StateCore, type Token } from "./vendor/markdown-it.mjs";

/** Whose name follows an @; undefined when it is nobody's. */
export type WhoIs = (username: string) => "me" | "somebody" | undefined;

/** Colouring more than this would be felt: the highlighter's patterns take the square of a line's length, some the cube. */
const MAX_COLOURED = 10_000;
const MAX_COLOURED_LINE = 500;

interface TrustedTypesFactory {
  createPolicy(
    name: string,
    rules: { createHTML(html: string): string },
  ): { createHTML(html: string): string };
}

// The page's policy lets only this one place make markup out of text.
const factory = (window as { trustedTypes?: TrustedTypesFactory }).trustedTypes;
const policy = factory?.createPolicy("mm-claude", { createHTML: (html) => html });

const md = new MarkdownIt({ html: false, linkify: true, breaks: true, highlight: colour });
md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
md.disable("image");
md.core.ruler.push("chat", (state: StateCore) => {
  for (const [at, token] of state.tokens.entries()) {
    if (token.type !== "inline" || token.children === null) continue;
    takeTask(state, at, token);
    token.children = token.children.flatMap(splitter(state));
  }
});
md.renderer.rules["mention"] = (tokens, at) => {
  const { content = "", meta } = tokens[at] ?? {};
  return `<span class="mention${meta?.["who"] === "me" ? " mention-me" : ""}">@${md.utils.escapeHtml(content)}</span>`;
};
md.renderer.rules["task"] = (tokens, at) => {
  const isDone = tokens[at]?.meta?.["isDone"] === true;
  return `<span class="task${isDone ? " task-done" : ""}" role="img" aria-label="${isDone ? "done" : "to do"}"></span>`;
};
md.renderer.rules["link_open"] = (tokens, at, options, _env, self) => {
  tokens[at]?.attrSet("target", "_blank");
  tokens[at]?.attrSet("rel", "noopener noreferrer nofollow");
  return self.renderToken(tokens, at, options);
};
md.renderer.rules["table_open"] = () =>
  '<div class="table" tabindex="0" role="group" aria-label="table"><table>';
md.renderer.rules["table_close"] = () => "</table></div>";
for (const cell of ["th_open", "td_open"]) {
  // The page's policy forbids style attributes.
  md.renderer.rules[cell] = (tokens, at, options, _env, self) => {
    const token = tokens[at];
    const align = /text-align:(\w+)/.exec(String(token?.attrGet("style") ?? ""))?.[1];
    if (token && align !== undefined) token.attrs = [["class", `align-${align}`]];
    return self.renderToken(tokens, at, options);
  };
}
for (const heading of ["heading_open", "heading_close"]) {
  // The page's own headings come first; a post's look is kept by its class.
  md.renderer.rules[heading] = (tokens, at, options, _env, self) => {
    const token = tokens[at];
    const level = Number(token?.tag.slice(1));
    if (token) {
      if (token.nesting === 1) token.attrSet("class", `size-${level}`);
      token.tag = `h${Math.min(6, level + 2)}`;
    }
    return self.renderToken(tokens, at, options);
  };
}

function colour(code: string, info: string): string {
  const language = info.trim().split(/\s/)[0] ?? "";
  const isLong =
    code.length > MAX_COLOURED || code.split("\n").some((line) => line.length > MAX_COLOURED_LINE);
  if (isLong || !hljs.getLanguage(language)) return md.utils.escapeHtml(code);
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}

/** `[ ] ` and `[x] ` at the start of a list item. */
function takeTask(state: StateCore, at: number, inline: Token): void {
  const first = inline.children?.[0];
  const isItem =
    state.tokens[at - 1]?.type === "paragraph_open" && state.tokens[at - 2]?.type === "list_item_open";
  const [mark, done = ""] = /^\[([ xX])\] /.exec(first?.content ?? "") ?? [];
  if (!isItem || first?.type !== "text" || mark === undefined) return;
  first.content = first.content.slice(mark.length);
  const task = new state.Token("task", "", 0);
  task.meta = { isDone: done !== " " };
  state.tokens[at - 2]?.attrJoin("class", "task-item");
  inline.children?.unshift(task);
}

const SPECIAL = /(?<![\w@])@([a-z0-9][a-z0-9._-]*)|:([a-z0-9_+-]+):/gi;

/** Cuts the mentions and emoji out of a text token. */
function splitter(state: StateCore): (token: Token) => Token[] {
  const whoIs = (state.env as { readonly whoIs: WhoIs }).whoIs;
  let linkDepth = 0;
  return (token) => {
    if (token.type === "link_open") linkDepth += 1;
    if (token.type === "link_close") linkDepth -= 1;
    if (token.type !== "text" || linkDepth > 0) return [token];
    const parts: Token[] = [];
    let end = 0;
    const add = (type: string, content: string, meta: object | null = null): void => {
      if (content === "") return;
      const part = new state.Token(type, "", 0);
      Object.assign(part, { content, meta });
      parts.push(part);
    };
    for (const match of token.content.matchAll(SPECIAL)) {
      const [whole, name = "", emoji = ""] = match;
      const known = name === "" ? undefined : knownName(name, whoIs);
      const character = emojiCharacter(emoji);
      if (known === undefined && character === undefined) continue;
      add("text", token.content.slice(end, match.index));
      if (known) add("mention", known.name, { who: known.who });
      else add("text", character ?? whole);
      end = match.index + (known ? known.name.length + 1 : whole.length);
    }
    add("text", token.content.slice(end));
    return parts;
  };
}

const MAX_NAME = 64;

/** A name may end in punctuation that belongs to the sentence. */
function knownName(name: string, whoIs: WhoIs): { readonly name: string; readonly who: string } | undefined {
  for (let end = Math.min(name.length, MAX_NAME); end > 0; end -= 1) {
    const who = whoIs(name.slice(0, end).toLowerCase());
    if (who !== undefined) return { name: name.slice(0, end), who };
    if (!/[._-]/.test(name.charAt(end - 1))) return undefined;
  }
  return undefined;
}

export function renderMarkdown(text: string, whoIs: WhoIs): DocumentFragment {
  const html = md.render(text, { whoIs });
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  for (const block of template.content.querySelectorAll("pre")) dress(block);
  for (const table of template.content.querySelectorAll("table")) {
    // A header row without words is only Markdown's way to a table.
    if (table.tHead?.textContent.trim() === "") table.deleteTHead();
  }
  return template.content;
}

/** A code block scrolls by itself and can be copied. */
function dress(block: HTMLPreElement): void {
  const language = /language-([\w-]+)/.exec(block.firstElementChild?.className ?? "")?.[1] ?? "";
  block.tabIndex = 0;
  block.setAttribute("role", "group");
  block.setAttribute("aria-label", language === "" ? "code" : `${language} code`);
  const frame = document.createElement("div");
  frame.className = "code";
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "copy";
  copy.textContent = "Copy";
  block.replaceWith(frame);
  frame.append(block, copy);
}
