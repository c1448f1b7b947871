// Where people write: text that grows, files by button, paste or drop, Enter to send. What is written stays when the
// server says no, and survives a reload.

import { h, icon } from "./dom.ts";
import { createNameList, type NameList } from "./names.ts";
import type { FileInfo } from "./types.ts";
import { createUploads, type Uploads } from "./uploads.ts";

export interface ComposerActions {
  /** Rejects with words for the person; the text then stays. */
  send(text: string, files: readonly FileInfo[]): Promise<void>;
  upload(file: File): Promise<FileInfo>;
  typing(): void;
  /** Names that an @ may be completed to. */
  names(): readonly string[];
}

export interface ComposerOptions {
  /** What it says while nothing is written. */
  readonly label: string;
  /** Under which what is written survives a reload. */
  readonly draftKey: string;
  readonly actions: ComposerActions;
}

/** A slash command the server doesn't know, which can be sent as a message instead. */
export class UnknownCommand extends Error {
  override name = "UnknownCommand";
  readonly text: string;
  readonly sendAnyway: () => Promise<void>;

  constructor(message: string, text: string, sendAnyway: () => Promise<void>) {
    super(message);
    this.text = text;
    this.sendAnyway = sendAnyway;
  }
}

const TYPING_MS = 4000;

interface Message {
  readonly text: string;
  readonly files: readonly FileInfo[];
}

export class Composer {
  readonly element: HTMLElement;
  readonly #label: string;
  readonly #draftKey: string;
  readonly #actions: ComposerActions;
  readonly #parts: Parts;
  readonly #names: NameList;
  readonly #uploads: Uploads;
  /** What is on its way. */
  #sending: Message | undefined;
  #typedAt = 0;

  private constructor({ label, draftKey, actions }: ComposerOptions) {
    this.#label = label;
    this.#draftKey = draftKey;
    this.#actions = actions;
    this.#parts = createParts(label);
    this.#names = createNameList(this.#parts.text, actions.names);
    this.#uploads = createUploads({
      upload: actions.upload,
      onChange: () => this.#grow(),
      onTrouble: (error) => {
        this.#parts.waiting.hidden = true;
        this.#complain(error);
      },
      onTakenBack: () => this.focus(),
    });
    this.element = assemble(this.#parts, this.#names.element, this.#uploads.element);
  }

  /** With what was written there before. */
  static create(options: ComposerOptions): Composer {
    const composer = new Composer(options);
    composer.#listen();
    composer.#setText(composer.#kept());
    return composer;
  }

  focus(): void {
    this.#parts.text.focus();
  }

  isEmpty(): boolean {
    return this.#parts.text.value.trim() === "" && this.#uploads.isEmpty();
  }

  /** Whether there is something besides what is being sent. */
  hasDraft(): boolean {
    const { text, files } = this.#sending ?? { text: undefined, files: [] };
    const isOther = this.#parts.text.value.trimEnd() !== text || this.#uploads.hasOthers(files);
    return !this.isEmpty() && isOther;
  }

  /** In place of what is there. */
  compose(text: string, files: Iterable<File>): void {
    this.#uploads.clear();
    this.#add(files);
    this.#setText(text);
    this.#parts.text.setSelectionRange(text.length, text.length);
  }

  setEnabled(isEnabled: boolean, why: string): void {
    const { text, attach } = this.#parts;
    text.disabled = !isEnabled;
    attach.disabled = !isEnabled;
    text.placeholder = isEnabled ? this.#label : why;
  }

  setTyping(words: string): void {
    const { typing } = this.#parts;
    if (typing.textContent !== words) typing.textContent = words;
  }

  #listen(): void {
    const { text } = this.#parts;
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    text.addEventListener("keydown", (event) => this.#takeKey(event));
    text.addEventListener("input", () => this.#typed());
    text.addEventListener("blur", () => this.#names.hide());
    takeFiles(this.element, this.#parts, (files) => this.#add(files));
  }

  #takeKey(event: KeyboardEvent): void {
    if (event.isComposing || this.#names.takeKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    void this.#send();
  }

  #typed(): void {
    const { text, waiting } = this.#parts;
    // Who goes on writing has not finished.
    waiting.hidden = true;
    this.#setText(text.value);
    if (Date.now() - this.#typedAt > TYPING_MS && text.value !== "") {
      this.#typedAt = Date.now();
      this.#actions.typing();
    }
  }

  /** The text's height, where the browser can't set it by itself (`field-sizing`), and whether it can be sent. */
  #grow(): void {
    const { text, submit, waiting } = this.#parts;
    submit.disabled = this.isEmpty();
    if (!CSS.supports("field-sizing", "content")) {
      text.style.height = "auto";
      text.style.height = `${text.scrollHeight}px`;
    }
    if (!waiting.hidden && !this.#uploads.isBusy()) void this.#send();
  }

  /** What is written here, in whichever composer. */
  #kept(): string {
    return sessionStorage.getItem(this.#draftKey) ?? "";
  }

  #setText(value: string): void {
    this.#parts.text.value = value;
    sessionStorage.setItem(this.#draftKey, value);
    this.#grow();
    this.#names.draw();
  }

  /** Now, or once its files are there. */
  async #send(): Promise<void> {
    const { text, waiting } = this.#parts;
    if (this.#sending !== undefined || this.isEmpty()) return;
    waiting.hidden = !this.#uploads.isBusy();
    if (this.#uploads.isBusy()) return;
    const message = { text: text.value.trimEnd(), files: this.#uploads.ready() };
    await this.#deliver(message, () => this.#actions.send(message.text, message.files));
  }

  /** One at a time; what is written meanwhile stays. */
  async #deliver(message: Message, send: () => Promise<void>): Promise<void> {
    if (this.#sending !== undefined) return;
    this.#sending = message;
    try {
      await send();
      this.#parts.trouble.replaceChildren();
      // The thread may have been opened anew, and something else be written there.
      if (this.#kept().trimEnd() === message.text) this.#setText("");
      this.#uploads.remove(message.files);
    } catch (error) {
      this.#complain(error);
    } finally {
      this.#sending = undefined;
    }
  }

  #complain(error: unknown): void {
    const { trouble } = this.#parts;
    trouble.replaceChildren(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UnknownCommand)) return;
    const again = (): void => {
      this.focus();
      void this.#deliver({ text: error.text, files: [] }, error.sendAnyway);
    };
    trouble.append(" ", h("button", { type: "button", class: "link", onclick: again }, "Send as a message"));
  }

  #add(files: Iterable<File>): void {
    this.#parts.trouble.replaceChildren();
    this.#uploads.add(files);
    this.focus();
  }
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
