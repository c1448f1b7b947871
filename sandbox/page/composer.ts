// Where people write: text that grows, files by button, paste or drop, Enter to send. What is written stays when the
// server says no, and survives a reload.

import { h, icon } from "./dom.ts";
import { fileSize } from "./people.ts";
import type { FileInfo } from "./types.ts";

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
  setText(text: string): void;
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
  const text = h("textarea", {
    class: "text",
    rows: 1,
    placeholder: label,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "true",
  });
  const attachments = h("div", { class: "attachments" });
  const trouble = h("p", { class: "trouble", role: "alert" });
  const names = h("div", { class: "names", hidden: true });
  const typing = h("p", { class: "typing" });
  const picker = h("input", {
    type: "file",
    multiple: true,
    class: "unseen",
    tabindex: -1,
    "aria-hidden": "true",
  });
  const attach = h(
    "button",
    {
      type: "button",
      class: "tool",
      title: "Attach files",
      "aria-label": "Attach files",
      onclick: () => picker.click(),
    },
    icon("attach"),
  );
  const submit = h(
    "button",
    { type: "submit", class: "tool send", title: "Send (Enter)", "aria-label": "Send" },
    icon("send"),
  );
  const box = h("div", { class: "box" }, attachments, text, h("div", { class: "buttons" }, attach, submit));
  const element = h("form", { class: "composer" }, names, trouble, box, typing, picker);
  const files: FileInfo[] = [];
  let typedAt = 0;
  let isSending = false;

  text.value = sessionStorage.getItem(draftKey) ?? "";
  grow();

  /** Where the browser can't do it by itself (`field-sizing`). */
  function grow(): void {
    submit.disabled = text.value.trim() === "" && files.length === 0;
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
  }

  function setText(value: string): void {
    text.value = value;
    sessionStorage.setItem(draftKey, value);
    grow();
    suggest();
  }

  async function send(): Promise<void> {
    const [message, sent] = [text.value.trimEnd(), [...files]];
    if (isSending || (message.trim() === "" && sent.length === 0)) return;
    isSending = true;
    try {
      await actions.send(message, sent);
      trouble.replaceChildren();
      if (text.value.trimEnd() === message) setText("");
      files.splice(0, sent.length);
      drawFiles();
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

  async function add(list: Iterable<File>): Promise<void> {
    for (const file of list) {
      try {
        files.push(await actions.upload(file));
        trouble.replaceChildren();
      } catch (error) {
        complain(error);
      }
      drawFiles();
    }
    text.focus();
  }

  function drawFiles(): void {
    attachments.replaceChildren(
      ...files.map((file) => {
        const remove = (): void => {
          files.splice(files.indexOf(file), 1);
          drawFiles();
          text.focus();
        };
        return h(
          "span",
          { class: "attachment" },
          icon("file"),
          h("span", { class: "file-name" }, file.name),
          h("span", { class: "quiet" }, fileSize(file.size)),
          h(
            "button",
            { type: "button", class: "tool", "aria-label": `Remove ${file.name}`, onclick: remove },
            icon("close"),
          ),
        );
      }),
    );
    grow();
  }

  /** The names that the @word before the cursor may become. */
  function suggest(): void {
    const [, start] = /(?:^|\s)@([a-z0-9._-]*)$/i.exec(text.value.slice(0, text.selectionStart)) ?? [];
    const found =
      start === undefined
        ? []
        : actions.names().filter((name) => name.startsWith(start.toLowerCase()) && name !== start);
    names.hidden = found.length === 0 || document.activeElement !== text;
    names.replaceChildren(
      ...found.slice(0, 6).map((name) =>
        h(
          "button",
          {
            type: "button",
            tabindex: -1,
            class: "suggestion",
            onmousedown: (event) => event.preventDefault(),
            onclick: () => complete(name),
          },
          `@${name}`,
        ),
      ),
    );
  }

  function complete(name: string): void {
    const before = text.value.slice(0, text.selectionStart).replace(/@[a-z0-9._-]*$/i, `@${name} `);
    text.value = before + text.value.slice(text.selectionStart);
    text.setSelectionRange(before.length, before.length);
    text.dispatchEvent(new Event("input"));
  }

  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const [first] = names.children;
    if (!names.hidden && first instanceof HTMLElement && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      first.click();
    } else if (!names.hidden && event.key === "Escape") {
      event.stopPropagation();
      names.hidden = true;
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  });
  text.addEventListener("input", () => {
    sessionStorage.setItem(draftKey, text.value);
    grow();
    suggest();
    if (Date.now() - typedAt > TYPING_MS && text.value !== "") {
      typedAt = Date.now();
      actions.typing();
    }
  });
  text.addEventListener("blur", () => {
    names.hidden = true;
  });
  text.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.files;
    if (pasted === undefined || pasted.length === 0) return;
    event.preventDefault();
    void add(pasted);
  });
  picker.addEventListener("change", () => {
    void add([...(picker.files ?? [])]).then(() => {
      picker.value = "";
    });
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
    element.addEventListener(kind, (event) => {
      event.preventDefault();
      element.classList.toggle("dropping", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") void add([...(event.dataTransfer?.files ?? [])]);
    });
  }

  return {
    element,
    focus: () => text.focus(),
    setText(value) {
      setText(value);
      text.focus();
      text.setSelectionRange(value.length, value.length);
    },
    setEnabled(isEnabled, why) {
      text.disabled = !isEnabled;
      attach.disabled = !isEnabled;
      text.placeholder = isEnabled ? label : why;
    },
    setTyping(words) {
      if (typing.textContent !== words) typing.textContent = words;
    },
  };
}
