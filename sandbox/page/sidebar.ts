// The channels and conversations on the left, and what is new in them: drawn, and walked through with keys.

import type { ListedChannel } from "./channel-list.ts";
import { h, icon, morph } from "./dom.ts";
import { avatar } from "./people.ts";

export interface SidebarParts {
  readonly channels: HTMLElement;
  readonly conversations: HTMLElement;
  readonly conversationsLabel: HTMLElement;
  /** Opens the list where there is no room for it. */
  readonly menu: HTMLElement;
}

/** What the menu's button is called. */
const MENU = "People and channels";

export function drawSidebar(parts: SidebarParts, entries: readonly ListedChannel[], openId: string): void {
  const { channels, conversations, conversationsLabel, menu } = parts;
  const ofTeams = entries.filter(({ channel }) => channel.team_id !== "");
  const between = entries.filter(({ channel }) => channel.team_id === "");
  const draw = (one: ListedChannel): HTMLElement => h("li", {}, entry(one, openId));
  fill(channels, ofTeams.map(draw));
  fill(conversations, between.map(draw));
  conversations.hidden = between.length === 0;
  conversationsLabel.hidden = between.length === 0;
  const mentions = entries.reduce((sum, one) => sum + one.mentions, 0);
  const news = { isUnread: entries.some(({ isUnread }) => isUnread), mentions };
  menu.setAttribute("aria-label", MENU + wordsOf(news));
  menu.querySelector(".news")?.remove();
  menu.append(...mark(news));
}

/** Up and down walk through the list, from its one part into the other; true when the key was for it. */
export function walkSidebar(event: KeyboardEvent, parts: SidebarParts): boolean {
  const entries = entriesIn(parts);
  const at = entries.indexOf(event.target as HTMLElement);
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return false;
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: entries.length - 1 }[event.key];
  const target = to === undefined ? undefined : entries[to];
  target?.focus();
  return target !== undefined;
}

/** The key of the entry that is so many steps from the open one, round the end. */
export function neighbourIn(parts: SidebarParts, steps: number): string | undefined {
  const entries = entriesIn(parts);
  const open = entries.findIndex((element) => element.hasAttribute("aria-current"));
  return entries.at((open + steps) % entries.length)?.dataset["name"];
}

const entriesIn = ({ channels, conversations }: SidebarParts): HTMLElement[] =>
  [channels, conversations].flatMap((list) => [...list.querySelectorAll<HTMLElement>(".entry")]);

function entry(listed: ListedChannel, openId: string): HTMLElement {
  const { channel, key, ...news } = listed;
  return h(
    "button",
    {
      type: "button",
      class: news.isUnread ? "entry unread" : "entry",
      "data-name": key,
      "aria-label": channel.display_name + wordsOf(news),
      "aria-current": channel.id === openId && "page",
    },
    symbolOf(listed),
    h("span", { class: "title" }, channel.display_name),
    ...mark(news),
  );
}

function symbolOf({ channel: { type, display_name }, partner }: ListedChannel): HTMLElement {
  if (type === "D") return avatar(partner, "small", partner?.username ?? display_name);
  const symbol = type === "O" ? "#" : icon(type === "P" ? "lock" : "people");
  return h("span", { "aria-hidden": "true", class: "hash" }, symbol);
}

/** For the eye: how many mentions, or that there is something. */
function mark({ isUnread, mentions }: Pick<ListedChannel, "isUnread" | "mentions">): HTMLElement[] {
  // Written by the style: to the ear it is said in words.
  const count = mentions > 99 ? "99+" : String(mentions);
  if (mentions > 0) return [h("span", { class: "news badge", "data-count": count })];
  return isUnread ? [h("span", { class: "news dot" })] : [];
}

/** The same for the ear, after the name. */
function wordsOf({ isUnread, mentions }: Pick<ListedChannel, "isUnread" | "mentions">): string {
  if (mentions > 0) return `, ${mentions} ${mentions === 1 ? "mention" : "mentions"}`;
  return isUnread ? ", unread" : "";
}

export function fill(list: HTMLElement, entries: readonly HTMLElement[]): void {
  const next = document.createDocumentFragment();
  next.append(...entries);
  morph(list, next);
}
