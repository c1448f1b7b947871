// The page as a whole: who speaks, which channel and thread are open, light or dark, and what is told to those who
// don't see it.

import { type Account, enter } from "./account.ts";
import { readPlace, writePlace } from "./address.ts";
import { ChannelList, type ListedChannel } from "./channel-list.ts";
import { h, icon } from "./dom.ts";
import { avatar } from "./people.ts";
import { drawSidebar, fill, neighbourIn, walkSidebar } from "./sidebar.ts";
import { type Rooms, Visit } from "./visit.ts";

const at = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
const meta = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)?.content ?? "";

const people = meta("people").split(" ");
let visit: Visit | undefined;
let account: Account | undefined;
let list: ChannelList | undefined;
let openId = "";
/** How often somebody has gone somewhere: what took longer than that is too late. */
let turns = 0;
/** The thread that was open in each channel when it was left. */
const leftThreads = new Map<string, string>();
/** As in the style: there is room for a thread beside its channel. */
const wide = matchMedia("(min-width: 1101px)");

at("menu").append(icon("menu"));
at("close-thread").append(icon("close"));
at("theme").prepend(icon("theme"));

const sidebar = {
  channels: at("channels"),
  conversations: at("conversations"),
  conversationsLabel: at("conversations-label"),
  menu: at("menu"),
};

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
    at("members").textContent = `${count} ${count === 1 ? "member" : "members"}`;
  },
  showConnection(words) {
    at("connection").hidden = words === "";
    at("connection").textContent = words;
  },
  announce(words) {
    at("announcer").textContent = words;
  },
  onEvent: (event) => list?.take(event),
  onOpen: () => list?.refresh(),
};

/** Makes the page show what its address says. */
function showPlace(): void {
  const { thread } = readPlace();
  at("thread").hidden = thread === "";
  document.body.classList.toggle("with-thread", thread !== "");
  visit?.openThread(thread);
}

async function become(person: string): Promise<void> {
  turns += 1;
  const turn = turns;
  visit?.close();
  visit = undefined;
  drawPeople(person);
  try {
    const entered = await enter(person);
    const isKnown = account?.me.id === entered.me.id;
    const channels = isKnown && list !== undefined ? list : await readChannels(entered);
    const { channel: named, thread } = readPlace();
    const wanted =
      named === "" && thread !== "" ? await channelOf(entered, thread) : named || meta("channel");
    // Meanwhile another person or channel may have been chosen.
    if (turn !== turns) return;
    if (channels !== list) list?.close();
    [account, list] = [entered, channels];
    const open = channels.find(wanted);
    openId = open?.channel.id ?? "";
    drawChannels();
    if (open === undefined)
      return rooms.showConnection(`${person} is in no channel: somebody can /invite them.`);
    showTitle(open);
    visit = Visit.open(entered, open.channel, rooms);
    channels.open(openId);
    showPlace();
  } catch (error) {
    if (turn === turns) rooms.showConnection(error instanceof Error ? error.message : String(error));
  }
}

function readChannels({ api, me }: Account): Promise<ChannelList> {
  return ChannelList.read(api, me, {
    onChange: drawChannels,
    onMention: ({ display_name }) => rooms.announce(`You were mentioned in ${display_name}`),
  });
}

/** Links to a thread don't say where it is. */
async function channelOf({ api }: Account, rootId: string): Promise<string> {
  return api.post(rootId).then(
    (post) => post.channel_id,
    () => meta("channel"),
  );
}

function showTitle({ channel, key }: ListedChannel): void {
  const { display_name } = channel;
  writePlace({ ...readPlace(), channel: key }, "replace");
  at("title").textContent = display_name;
  at("thread-channel").textContent = display_name;
  document.title = `${display_name} · ${account?.me.username} · mm-claude demo`;
}

function drawChannels(): void {
  const entries = list?.entries() ?? [];
  drawSidebar(sidebar, entries, openId);
  const open = entries.find(({ channel }) => channel.id === openId);
  if (open && at("title").textContent !== open.channel.display_name) showTitle(open);
}

/** `person` empty: whoever comes first. */
function go(person: string, channel: string, thread: string): void {
  writePlace({ person: people.includes(person) ? person : (people[0] ?? ""), channel, thread }, "push");
  setMenu(false);
  void become(readPlace().person);
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

/** A thread stays open in its channel for when one comes back, where it doesn't cover the channel. */
function switchTo(key: string): void {
  const { person, channel, thread } = readPlace();
  leftThreads.set(`${person}/${channel}`, thread);
  const isOther = key !== channel;
  go(person, key, isOther && wide.matches ? (leftThreads.get(`${person}/${key}`) ?? "") : "");
}

for (const part of [sidebar.channels, sidebar.conversations]) {
  part.addEventListener("click", (event) => {
    const key = nameAt(event);
    if (key !== undefined) switchTo(key);
  });
  part.addEventListener("keydown", (event) => {
    if (walkSidebar(event, sidebar)) event.preventDefault();
  });
}
// As in Mattermost's own client: Alt with an arrow goes to the next channel from anywhere.
document.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || step === undefined) return;
  const key = neighbourIn(sidebar, step);
  event.preventDefault();
  if (key !== undefined) switchTo(key);
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
    const { person, channel, thread } = readPlace();
    const isOpen = channel === "" ? thread === "" : list?.find(channel)?.channel.id === openId;
    if (person === account?.me.username && isOpen && visit !== undefined) showPlace();
    else go(person, channel, thread);
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
