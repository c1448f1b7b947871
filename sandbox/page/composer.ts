// Where people write: text that grows, files by button, paste or drop, Enter to send. What is written stays when the
// server says no, and survives a reload.

import { h, icon } from "./dom.ts";
import { createNameList } from "./names.ts";
import type { FileInfo } from "./types.ts";
import { createUploads } from "./uploads.ts";

export interface ComposerActions {
  /** Rejects with words for the person; the text then stays. */
  send(text: string, files: readonly FileInfo[]): Promise<void>;
  upload(file: File): Promise<FileInfo>;
  typing(): void;
  /** Names that an @ may be completed to. */
  names(): readonly string[];
}

export interface Composer {
  readonly element: HTMLElement;
  focus(): void;
  isEmpty(): boolean;
  /** In place of what is there. */
  compose(text: string, files: Iterable<File>): void;
  setEnabled(isEnabled: boolean, why: string): void;
  setTyping(text: string): void;
}

/** A slash command the server doesn't know, which can be sent as a message instead. */
export class UnknownCommand extends Error {
  override name = "UnknownCommand";
  readonly sendAnyway: () => Promise<void>;

  constructor(message: string, sendAnyway: () => Promise<void>) {
    super(message);
    this.sendAnyway = sendAnyway;
  }
}

const TYPING_MS = 4000;

export function createComposer(label: string, draftKey: string, actions: ComposerActions): Composer {
  const parts = createParts(label);
  const { text, trouble, waiting, attach, submit } = parts;
  const names = createNameList(text, actions.names);
  const uploads = createUploads({
    upload: actions.upload,
    onChange: grow,
    onTrouble(error) {
      waiting.hidden = true;
      complain(error);
    },
    onTakenBack: () => text.focus(),
  });
  const element = assemble(parts, names.element, uploads.element);
  let isSending = false;
  let typedAt = 0;

  const isEmpty = (): boolean => text.value.trim() === "" && uploads.isEmpty();

  /** The text's height, where the browser can't set it by itself (`field-sizing`), and whether it can be sent. */
  function grow(): void {
    submit.disabled = isEmpty();
    if (!CSS.supports("field-sizing", "content")) {
      text.style.height = "auto";
      text.style.height = `${text.scrollHeight}px`;
    }
    if (!waiting.hidden && !uploads.isBusy()) void send();
  }

  function setText(value: string): void {
    text.value = value;
    sessionStorage.setItem(draftKey, value);
    grow();
    names.draw();
  }

  /** Now, or once its files are there. */
  async function send(): Promise<void> {
    if (isSending || isEmpty()) return;
    waiting.hidden = !uploads.isBusy();
    if (uploads.isBusy()) return;
    const [message, files] = [text.value.trimEnd(), uploads.ready()];
    isSending = true;
    try {
      await actions.send(message, files);
      trouble.replaceChildren();
      if (text.value.trimEnd() === message) setText("");
      uploads.remove(files);
    } catch (error) {
      complain(error);
    } finally {
      isSending = false;
    }
  }

  function complain(error: unknown): void {
    trouble.replaceChildren(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UnknownCommand)) return;
    const again = (): void => {
      error.sendAnyway().then(() => {
        trouble.replaceChildren();
        setText("");
        text.focus();
      }, complain);
    };
    trouble.append(" ", h("button", { type: "button", class: "link", onclick: again }, "Send as a message"));
  }

  function add(files: Iterable<File>): void {
    trouble.replaceChildren();
    uploads.add(files);
    text.focus();
  }

  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  text.addEventListener("keydown", (event) => {
    if (event.isComposing || names.takeKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    void send();
  });
  text.addEventListener("input", () => {
    // Who goes on writing has not finished.
    waiting.hidden = true;
    setText(text.value);
    if (Date.now() - typedAt > TYPING_MS && text.value !== "") {
      typedAt = Date.now();
      actions.typing();
    }
  });
  text.addEventListener("blur", names.hide);
  takeFiles(element, parts, add);
  setText(sessionStorage.getItem(draftKey) ?? "");

  return {
    element,
    focus: () => text.focus(),
    isEmpty,
    compose(value, files) {
      uploads.clear();
      add(files);
      setText(value);
      text.setSelectionRange(value.length, value.length);
    },
    setEnabled(isEnabled, why) {
      text.disabled = !isEnabled;
      attach.disabled = !isEnabled;
      text.placeholder = isEnabled ? label : why;
    },
    setTyping(words) {
      if (parts.typing.textContent !== words) parts.typing.textContent = words;
    },
  };
}

function createParts(label: string) {
  const button = (type: string, title: string, name: "attach" | "send"): HTMLButtonElement =>
    h("button", { type, class: `tool ${name}`, title, "aria-label": title }, icon(name));
  return {
    text: h("textarea", {
      class: "text",
      rows: 1,
      placeholder: label,
      "aria-label": label,
      autocomplete: "off",
      spellcheck: "true",
    }),
    trouble: h("p", { class: "trouble", role: "alert" }),
    waiting: h(
      "p",
      { class: "waiting", role: "status", hidden: true },
      "Goes as soon as the files are uploaded…",
    ),
    typing: h("p", { class: "typing" }),
    picker: h("input", {
      type: "file",
      multiple: true,
      class: "unseen",
      tabindex: -1,
      "aria-hidden": "true",
    }),
    attach: button("button", "Attach files", "attach"),
    submit: button("submit", "Send", "send"),
  };
}

type Parts = ReturnType<typeof createParts>;

function assemble(parts: Parts, names: HTMLElement, uploads: HTMLElement): HTMLElement {
  const { text, trouble, waiting, typing, picker, attach, submit } = parts;
  const buttons = h("div", { class: "buttons" }, attach, submit);
  const box = h("div", { class: "box" }, uploads, text, buttons);
  return h("form", { class: "composer" }, names, trouble, waiting, box, typing, picker);
}

/** Chosen, pasted or dropped. */
function takeFiles(
  element: HTMLElement,
  { text, picker, attach }: Parts,
  add: (files: Iterable<File>) => void,
): void {
  attach.addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    add([...(picker.files ?? [])]);
    picker.value = "";
  });
  text.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.files;
    if (pasted === undefined || pasted.length === 0) return;
    event.preventDefault();
    add(pasted);
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
    element.addEventListener(kind, (event) => {
      event.preventDefault();
      element.classList.toggle("dropping", kind === "dragenter" || kind === "dragover");
      const dropped = kind === "drop" ? event.dataTransfer?.files : undefined;
      if (dropped && dropped.length > 0) add([...dropped]);
    });
  }
}
