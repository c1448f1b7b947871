// The names that the @word before the cursor may become: Tab or a click takes one, Escape none.

import { h } from "./dom.ts";

export interface NameList {
  readonly element: HTMLElement;
  draw(): void;
  hide(): void;
  /** True when the key was for the list. */
  takeKey(event: KeyboardEvent): boolean;
}

const MOST = 6;

export function createNameList(text: HTMLTextAreaElement, names: () => readonly string[]): NameList {
  const element = h("div", { class: "names", hidden: true });

  function complete(name: string): void {
    const before = text.value.slice(0, text.selectionStart).replace(/@[a-z0-9._-]*$/i, `@${name} `);
    text.value = before + text.value.slice(text.selectionStart);
    text.setSelectionRange(before.length, before.length);
    text.dispatchEvent(new Event("input"));
  }

  function suggestion(name: string): HTMLElement {
    return h(
      "button",
      {
        type: "button",
        tabindex: -1,
        class: "suggestion",
        // The text keeps the focus.
        onmousedown: (event) => event.preventDefault(),
        onclick: () => complete(name),
      },
      `@${name}`,
    );
  }

  function hide(): void {
    element.hidden = true;
  }

  return {
    element,
    hide,
    draw() {
      const [, start] = /(?:^|\s)@([a-z0-9._-]*)$/i.exec(text.value.slice(0, text.selectionStart)) ?? [];
      const fits = (name: string): boolean => name.startsWith(start?.toLowerCase() ?? "") && name !== start;
      const found = start === undefined ? [] : names().filter(fits).slice(0, MOST);
      element.hidden = found.length === 0 || document.activeElement !== text;
      element.replaceChildren(...found.map(suggestion));
    },
    takeKey(event) {
      const [first] = element.children;
      if (element.hidden || !(first instanceof HTMLElement)) return false;
      if (event.key === "Escape") {
        event.stopPropagation();
        hide();
        return true;
      }
      if (event.key !== "Tab" || event.shiftKey) return false;
      event.preventDefault();
      first.click();
      return true;
    },
  };
}
