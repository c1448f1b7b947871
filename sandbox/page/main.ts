// The page as a whole: who speaks, which channel and thread are open, light or dark, and what is told to those who
// don't see it.

import { type Account, enter } from "./account.ts";
import { readPlace, writePlace } from "./address.ts";
import { h, icon, morph } from "./dom.ts";
import { avatar } from "./people.ts";
import { type Rooms, Visit } from "./visit.ts";

const at = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
const meta = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)?.content ?? "";

const people = meta("people").split(" ");
let visit: Visit | undefined;
let account: Account | undefined;

at("menu").append(icon("menu"));
at("close-thread").append(icon("close"));
at("theme").prepend(icon("theme"));

const rooms: Rooms = {
  channelPosts: at("channel-posts"),
  channelComposer: at("channel-composer"),
  threadPosts: at("thread-posts"),
  threadComposer: at("thread-composer"),
  showThread(rootId) {
    writePlace({ ...readPlace(), thread: rootId }, "push");
    showPlace();
    visit?.focusComposer();
  },
  showMembers(count) {
    at("members").textContent = `${count} members`;
  },
  showConnection(words) {
    at("connection").hidden = words === "";
    at("connection").textContent = words;
  },
  announce(words) {
    at("announcer").textContent = words;
  },
};

/** Makes the page show what its address says. */
function showPlace(): void {
  const { thread } = readPlace();
  at("thread").hidden = thread === "";
  document.body.classList.toggle("with-thread", thread !== "");
  visit?.openThread(thread);
}

async function become(person: string): Promise<void> {
  visit?.close();
  visit = undefined;
  drawPeople(person);
  try {
    account = await enter(person);
    const wanted = readPlace().channel || meta("channel");
    const channel = account.channels.find(({ name }) => name === wanted) ?? account.channels[0];
    if (readPlace().person !== person) return;
    if (channel === undefined)
      return rooms.showConnection(`${person} is in no channel: somebody can /invite them.`);
    writePlace({ ...readPlace(), channel: channel.name }, "replace");
    at("title").textContent = channel.display_name;
    at("thread-channel").textContent = channel.display_name;
    document.title = `${channel.display_name} · ${person} · mm-claude demo`;
    drawChannels(account, channel.name);
    visit = Visit.open(account, channel, rooms);
    showPlace();
  } catch (error) {
    rooms.showConnection(error instanceof Error ? error.message : String(error));
  }
}

/** `person` empty: whoever comes first. */
function go(person: string, channel: string, thread: string): void {
  writePlace({ person: people.includes(person) ? person : (people[0] ?? ""), channel, thread }, "push");
  setMenu(false);
  void become(readPlace().person);
}

function fill(list: HTMLElement, entries: readonly HTMLElement[]): void {
  const next = document.createDocumentFragment();
  next.append(...entries);
  morph(list, next);
}

function drawChannels({ channels }: Account, open: string): void {
  const entry = (name: string, title: string): HTMLElement =>
    h(
      "button",
      { type: "button", class: "entry", "data-name": name, "aria-current": name === open && "page" },
      h("span", { "aria-hidden": "true", class: "hash" }, "#"),
      title,
    );
  fill(
    at("channels"),
    channels.map(({ name, display_name }) => h("li", {}, entry(name, display_name))),
  );
}

function drawPeople(chosen: string): void {
  const entry = (name: string): HTMLElement =>
    h(
      "button",
      {
        type: "button",
        class: "entry",
        role: "radio",
        "data-name": name,
        "aria-checked": String(name === chosen),
        tabindex: name === chosen ? 0 : -1,
      },
      avatar(undefined, "small", name),
      name,
    );
  fill(at("people"), people.map(entry));
  at("me").replaceChildren(avatar(undefined, "small", chosen), chosen);
}

/** The name of the entry that was clicked. */
const nameAt = (event: Event): string | undefined =>
  (event.target as HTMLElement).closest<HTMLElement>(".entry")?.dataset["name"];

at("channels").addEventListener("click", (event) => {
  const name = nameAt(event);
  if (name !== undefined) go(readPlace().person, name, "");
});
at("people").addEventListener("click", (event) => {
  const name = nameAt(event);
  if (name !== undefined) go(name, readPlace().channel, readPlace().thread);
});
at("people").addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
  const chosen = people.indexOf(readPlace().person);
  const next = people.at((chosen + (step ?? 0)) % people.length);
  if (step === undefined || next === undefined) return;
  event.preventDefault();
  go(next, readPlace().channel, readPlace().thread);
  at("people").querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
});

function setMenu(isOpen: boolean): void {
  document.body.classList.toggle("with-menu", isOpen);
  at("menu").setAttribute("aria-expanded", String(isOpen));
}

at("menu").addEventListener("click", () => {
  setMenu(!document.body.classList.contains("with-menu"));
  at("people").querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
});
at("channel").addEventListener("click", (event) => {
  if (!at("menu").contains(event.target as Node)) setMenu(false);
});
at("close-thread").addEventListener("click", () => rooms.showThread(""));
at("skip").addEventListener("click", () => visit?.focusComposer());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("with-menu")) {
    setMenu(false);
    at("menu").focus();
  } else if (readPlace().thread !== "") rooms.showThread("");
});
for (const event of ["hashchange", "popstate"]) {
  addEventListener(event, () => {
    const { person, channel } = readPlace();
    const isSame = person === account?.me.username && (channel === "" || visit !== undefined);
    if (isSame) showPlace();
    else go(person, channel, readPlace().thread);
  });
}

const dark = matchMedia("(prefers-color-scheme: dark)");

function setTheme(theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  at("theme").setAttribute("aria-label", `Theme: ${theme}. Switch to ${theme === "dark" ? "light" : "dark"}`);
}

at("theme").addEventListener("click", () => {
  const theme = document.documentElement.dataset["theme"] === "dark" ? "light" : "dark";
  localStorage.setItem("theme", theme);
  setTheme(theme);
});
setTheme(localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light"));
dark.addEventListener("change", () => {
  if (localStorage.getItem("theme") === null) setTheme(dark.matches ? "dark" : "light");
});

const { person, channel, thread } = readPlace();
writePlace({ person: people.includes(person) ? person : (people[0] ?? ""), channel, thread }, "replace");
void become(readPlace().person);
