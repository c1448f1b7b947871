// The bars below a post's message: each a colour at the left and what it says. Redraws only what changed.

import type { Bar } from "./attachments.ts";
import { h, morph } from "./dom.ts";
import { renderMarkdown, type WhoIs } from "./markdown.ts";

export interface BarsView {
  readonly element: HTMLElement;
  update(bars: readonly Bar[]): void;
  /** The last bar, for what belongs to it beside its text. */
  last(): HTMLElement | undefined;
}

interface BarView {
  readonly element: HTMLElement;
  /** The box with the colour. */
  readonly box: HTMLElement;
  draw(bar: Bar): void;
}

export function createBars(whoIs: WhoIs): BarsView {
  const element = h("div", { class: "post-bars" });
  const views: BarView[] = [];
  let shown = "";
  return {
    element,
    update(bars) {
      const next = JSON.stringify(bars);
      if (next === shown) return;
      shown = next;
      for (const [at, bar] of bars.entries()) {
        const view = views[at] ?? createBar(whoIs);
        if (views[at] === undefined) {
          views.push(view);
          element.append(view.element);
        }
        view.draw(bar);
      }
      for (const gone of views.splice(bars.length)) gone.element.remove();
    },
    last: () => views.at(-1)?.box,
  };
}

function createBar(whoIs: WhoIs): BarView {
  const pretext = h("div", { class: "body" });
  const title = h("strong");
  const body = h("div", { class: "body" });
  const box = h("div", { class: "post-bar" }, title, body);
  return {
    element: h("div", {}, pretext, box),
    box,
    draw(bar) {
      // Set through the style object, which the page's policy allows, unlike a style attribute in markup.
      if (bar.color === undefined) box.style.removeProperty("--bar");
      else box.style.setProperty("--bar", bar.color);
      title.textContent = bar.title;
      title.hidden = bar.title === "";
      for (const [part, text] of [[pretext, bar.pretext] as const, [body, bar.text] as const]) {
        morph(part, renderMarkdown(text, whoIs));
        part.hidden = text === "";
      }
    },
  };
}
