// The pane in which posts scroll. It stays at the end for those who are there, and tells the others that there is more.

import { h, icon } from "./dom.ts";

export interface Scroller {
  readonly element: HTMLElement;
  /** What scrolls, and takes the keys. */
  readonly pane: HTMLElement;
  scrollToEnd(): void;
  /** Changes the content; those who aren't at the end keep in view what they see. `draw` says what it has done. */
  change(draw: () => Change): void;
  close(): void;
}

export interface Change {
  /** Something came above all that was there. */
  readonly grewAbove: boolean;
  /** Something came below. */
  readonly hasNews: boolean;
}

const NEAR_END_PX = 80;

export function createScroller(content: HTMLElement, label: string): Scroller {
  const pane = h("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": label }, content);
  const newer = h(
    "button",
    { type: "button", class: "newer", hidden: true, onclick: () => scrollToEnd() },
    icon("down"),
    "New messages",
  );
  let isAtEnd = true;
  let lastTop = 0;

  function scrollToEnd(): void {
    isAtEnd = true;
    newer.hidden = true;
    pane.scrollTop = pane.scrollHeight;
  }

  pane.addEventListener(
    "scroll",
    () => {
      const isNear = pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_END_PX;
      // Only people go up. That the end has moved away is what grew: posts have their true height once they are seen.
      if (isNear) isAtEnd = true;
      else if (pane.scrollTop < lastTop) isAtEnd = false;
      if (isAtEnd) newer.hidden = true;
      lastTop = pane.scrollTop;
    },
    { passive: true },
  );
  // Pictures, fonts and the window's size change heights too.
  const sizes = new ResizeObserver(() => {
    if (isAtEnd) pane.scrollTop = pane.scrollHeight;
  });
  sizes.observe(content);
  sizes.observe(pane);

  return {
    element: h("div", { class: "list" }, pane, newer),
    pane,
    scrollToEnd,
    change(draw) {
      const wasAtEnd = isAtEnd;
      // Asked for only where it matters: with hundreds of posts each answer costs a layout.
      const [height, top] = wasAtEnd ? [0, 0] : [pane.scrollHeight, pane.scrollTop];
      const { grewAbove, hasNews } = draw();
      if (wasAtEnd) scrollToEnd();
      else if (grewAbove && pane.scrollTop === top) pane.scrollTop = top + pane.scrollHeight - height;
      if (!wasAtEnd && hasNews) newer.hidden = false;
    },
    close: () => sizes.disconnect(),
  };
}
