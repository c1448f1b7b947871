// What mm-claude shows of its own accord while Claude only asks: of the files that Claude names, before anybody decides.

import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { bearer, connect } from "../support/sandbox-client.ts";
import { attack, count } from "./attack.ts";
import { type Town, town } from "./town.ts";

const NOTE = "banana aardvark papaya";

/** Ways to mm-claude's settings and to what lies outside, as Claude may write them. */
function waysTo(here: Town, settings: string, outside: string): string[] {
  const inside = (name: string): string => join(here.directory, name);
  symlinkSync(settings, inside("link.txt"));
  symlinkSync("link.txt", inside("chain.txt"));
  symlinkSync(join(here.home, ".config"), inside("config"));
  linkSync(settings, inside("hard.txt"));
  symlinkSync(outside, inside("outside.txt"));
  writeFileSync(inside("copy.txt"), `copy of ${here.bot.token}\n${NOTE}\n`);
  return [
    settings,
    "../home/.config/mm-claude/.env",
    "~/.config/mm-claude/.env",
    inside("link.txt"),
    "chain.txt",
    "config/mm-claude/.env",
    "hard.txt",
    "copy.txt",
    outside,
    "outside.txt",
    "../outside.txt",
  ];
}

for (const mode of ["asked about", "allowed automatically"] as const) {
  attack(
    `a change that Claude asks for shows nothing of the settings or of a file outside (${mode})`,
    async ({ tried, happened }) => {
      const here = await town();
      const { token } = here.bot;
      const settings = join(here.home, ".config/mm-claude/.env");
      mkdirSync(join(settings, ".."), { recursive: true });
      writeFileSync(settings, `MATTERMOST_TOKEN=${token}\nNOTE=${NOTE}\n`, { mode: 0o600 });
      const outside = join(here.directory, "../outside.txt");
      writeFileSync(outside, `${NOTE}\n`);
      writeFileSync(join(here.directory, "notes.txt"), "zero\nalpha\ntwo\n");
      const ways = waysTo(here, settings, outside);
      const letters = [...new Set(["a", token.slice(4, 5)])];
      const isAuto = mode === "allowed automatically";
      await here.ready({ env: { MATTERMOST_TOKEN: "", SKIP_PERMISSIONS: String(isAuto) } });
      const watcher = await connect(here.sandbox, bearer(here.alice.token));
      const inputs = [...ways, "notes.txt"].flatMap((file_path) =>
        letters.map((old_string) => ({ file_path, old_string, new_string: "#", replace_all: true })),
      );
      // Automatically they would be done, and the next would find another file.
      const asked = isAuto ? inputs.filter(({ old_string }) => old_string === "a") : inputs;
      const calls = asked.map((input) => ({ tools: [{ name: "Edit", input }] }));
      const root = await here.ask(here.scene(...calls, { text: "That is all." }));
      for (let card = 0; !isAuto && card < asked.length; card++) {
        const open = await here.until(root, (posts) => {
          const cards = posts.filter(({ reactions }) => reactions.length >= 3);
          return cards[card];
        });
        await here.react(open.id, "-1");
      }
      await here.says(root, "That is all.");
      await here.passes();
      const frames = JSON.stringify(watcher.frames);
      watcher.cut();
      tried(
        `${count(asked.length, "Edit")} of the settings file, by path, "..", "~", links, a hard link and a copy, and of a file outside, each to replace a letter of the token everywhere`,
      );
      for (const secret of [token, NOTE, ...NOTE.split(" ")]) {
        for (const letter of ["", ...letters]) {
          const changed = letter === "" ? secret : secret.replaceAll(letter, "#");
          expect(frames).not.toContain(changed);
        }
      }
      expect(here.text(root)).toContain("-alpha\n+#lph#\n two");
      happened(
        "each stands in the thread as Claude sent it, with no byte of those files in any event or revision; a file of the directory has its lines",
      );
    },
  );
}
