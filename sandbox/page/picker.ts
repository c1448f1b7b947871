// The small window from which a reaction is chosen. Opens beside the button that asked for it and gives focus back.

import { h } from "./dom.ts";
import { emojiText, PICKER } from "./emoji.ts";

export function pickEmoji(near: HTMLElement, choose: (name: string) => void): void {
  const buttons = PICKER.map(({ name, means }) =>
    h(
      "button",
      {
        type: "button",
        title: means,
        "aria-label": `${name.replaceAll("_", " ")}: ${means}`,
        onclick: () => take(name),
      },
      emojiText(name),
    ),
  );
  const dialog = h("dialog", { class: "picker", "aria-label": "Choose a reaction" }, ...buttons);

  function take(name: string): void {
    dialog.close();
    choose(name);
  }

  dialog.addEventListener("close", () => {
    dialog.remove();
    near.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (step === undefined) return;
    event.preventDefault();
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  const [anchor, size] = [near.getBoundingClientRect(), dialog.getBoundingClientRect()];
  const left = Math.max(8, Math.min(anchor.right - size.width, innerWidth - size.width - 8));
  const below = anchor.bottom + 6;
  const top = below + size.height > innerHeight - 8 ? Math.max(8, anchor.top - size.height - 6) : below;
  dialog.style.left = `${left}px`;
  dialog.style.top = `${top}px`;
}
