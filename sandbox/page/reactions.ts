// The reactions of a post: as buttons with words where a card of the bot's offers them as choices, else as small ones
// with a count. What a click does is taken where it bubbles to, by the button's `data-emoji`.

import type { Chat } from "./chat.ts";
import { type Choice, findChoices } from "./choices.ts";
import { h, morph } from "./dom.ts";
import { emojiText } from "./emoji.ts";
import { isBot } from "./people.ts";
import type { Post } from "./types.ts";

export interface ReactionsView {
  readonly choices: HTMLElement;
  readonly chips: HTMLElement;
  /** Gives the choices that are open. `attachment`: the text of the post's last one. */
  draw(post: Post, attachment: string | undefined): readonly Choice[];
}

/** One emoji of a post, and who has set it. */
interface Reacted {
  readonly name: string;
  readonly people: string[];
  isMine: boolean;
}

export function createReactions(chat: Chat): ReactionsView {
  const choices = h("div", { class: "choices", role: "group", "aria-label": "Decide" });
  const chips = h("div", { class: "reactions" });
  return {
    choices,
    chips,
    draw(post, attachment) {
      const offered = chat.reactions(post.id).filter((one) => one.user_id === post.user_id);
      const names = offered.map((one) => one.emoji_name);
      const open = isBot(chat, post) ? findChoices(post.message, names, attachment) : [];
      const all = reactedTo(chat, post);
      const decides = (name: string): boolean => open.some((choice) => choice.emojiName === name);
      fill(
        choices,
        open.map((choice) => choiceButton(choice, all.get(choice.emojiName))),
      );
      fill(chips, [...all.values()].filter(({ name }) => !decides(name)).map(chip));
      return open;
    },
  };
}

function reactedTo(chat: Chat, post: Post): Map<string, Reacted> {
  const all = new Map<string, Reacted>();
  for (const { emoji_name: name, user_id } of chat.reactions(post.id)) {
    const one = all.get(name) ?? { name, people: [], isMine: false };
    one.people.push(chat.user(user_id)?.username ?? "somebody");
    one.isMine ||= user_id === chat.me.id;
    all.set(name, one);
  }
  return all;
}

function fill(element: HTMLElement, buttons: readonly HTMLElement[]): void {
  const next = document.createDocumentFragment();
  next.append(...buttons);
  morph(element, next);
  element.hidden = buttons.length === 0;
}

function choiceButton({ emojiName, emoji, label }: Choice, reacted: Reacted | undefined): HTMLElement {
  // The bot's own is the offer.
  const others = (reacted?.people.length ?? 1) - 1;
  return h(
    "button",
    {
      type: "button",
      class: "choice",
      "data-emoji": emojiName,
      "aria-pressed": String(reacted?.isMine === true),
    },
    h("span", { "aria-hidden": "true" }, emoji),
    h("span", {}, label),
    others > 0 && h("span", { class: "count", title: reacted?.people.join(", ") }, String(others)),
  );
}

function chip({ name, people, isMine }: Reacted): HTMLElement {
  const label = `${people.join(", ")} reacted with :${name}:`;
  return h(
    "button",
    {
      type: "button",
      class: "chip",
      "data-emoji": name,
      title: label,
      "aria-label": `${emojiText(name)} ${people.length}, ${label}`,
      "aria-pressed": String(isMine),
    },
    h("span", { "aria-hidden": "true" }, emojiText(name)),
    h("span", { class: "count", "aria-hidden": "true" }, String(people.length)),
  );
}
