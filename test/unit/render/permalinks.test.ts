// A link to a post of the same server in Claude's words shows nothing of that post.

import fc from "fast-check";
import { expect, test } from "vitest";
import { harmless } from "../../../src/render/markdown.ts";
import { Transcript } from "../../../src/render/transcript.ts";
import { embeddedPosts } from "../../support/server-links.ts";

const SITE = "https://chat.example.com/mm";
const ID = "dppezk51jp8afbhwxf1jpag66r";
const LINK = `${SITE}/team-1/pl/${ID}`;

test.each([
  LINK,
  `<${LINK}>`,
  `see ${LINK}.`,
  `(${LINK})`,
  `**${LINK}**`,
  `> ${LINK}`,
  `- ${LINK}`,
  `| ${LINK} |`,
  `${SITE}/_redirect/pl/${ID}`,
  `HTTPS${LINK.slice(5)}`,
  `${LINK}#`,
  `${LINK}?!`,
  `${LINK}&quot;`,
  `x](${LINK})`,
  `[x] (${LINK})`,
  `[a [b](https://x.example) c](${LINK})`,
  `[x](https://x.example)${LINK}`,
  `${SITE}/team-1/./pl/x/../${ID}`,
  `${SITE}/team-1/pl/\u00a0/../${ID}`,
  `${SITE}/team-1/pl/${ID}/../${ID}`,
  `${SITE}/team-1/p&#108;/${ID}`,
  `${SITE}/team-1&sol;pl/${ID}`,
  `${SITE}/team-1\\/pl/${ID}`,
  "`",
  `\` ${LINK}`,
])("%j shows no post", (words) => {
  const message = words === "`" ? `\`\n\n${LINK}` : words;
  expect(embeddedPosts(message, SITE), "the server would show it").toEqual([ID]);
  expect(embeddedPosts(harmless(message), SITE)).toEqual([]);
  expect(harmless(harmless(message))).toBe(harmless(message));
});

test("where the server's address begins with www as well", () => {
  const link = `www.example.com/team/pl/${ID}`;
  expect(embeddedPosts(link, "http://www.example.com")).toEqual([ID]);
  expect(embeddedPosts(harmless(link), "http://www.example.com")).toEqual([]);
});

test("the link itself is as it was: what ends it takes no room, and is white space to the clients", () => {
  const shown = harmless(`see ${LINK}, please`);
  expect(shown.split(/\s/)).toEqual(["see", LINK, "\u200b,", "please"]);
  expect(shown.replace("\ufeff\u200b", "")).toBe(`see ${LINK}, please`);
});

test.each([
  `[the post](${LINK})`,
  `[${LINK}](${LINK})`,
  `\`${LINK}\``,
  `\`\`\`\n${LINK}\n\`\`\``,
  "https://example.com/a/pl/b?x=1&amp;y=2",
  "https://example.com/pl/strona-glowna",
  "https://example.com/a\\_b",
])("%j is left as it is", (words) => {
  expect(harmless(words)).toBe(words);
  expect(embeddedPosts(words, SITE)).toEqual([]);
});

test("a link that is streamed shows nothing either, and nothing of it is taken back", () => {
  const transcript = new Transcript("t", 4000, []);
  let before = "";
  for (const char of `Look: ${LINK} and [here](${LINK}) too. ${LINK}`) {
    transcript.appendText(char);
    for (const { markdown } of transcript.updates(0, false)) {
      expect(markdown.startsWith(before), `${before} => ${markdown}`).toBe(true);
      expect(embeddedPosts(markdown, SITE)).toEqual([]);
      before = markdown;
    }
  }
  const [last] = transcript.updates(0, true);
  expect(last?.markdown.startsWith(before)).toBe(true);
  expect(embeddedPosts(last?.markdown ?? "", SITE)).toEqual([]);
});

const piece = fc.constantFrom(
  LINK,
  SITE,
  "/team/pl/",
  "pl",
  ID,
  "/../",
  "/./",
  "/",
  "&#47;",
  "&sol;",
  "\\/",
  "[",
  "[x](",
  "](",
  "]",
  ")",
  "!",
  "`",
  "``",
  "<",
  ">",
  " ",
  "\n",
  "\n\n",
  "a",
  ".",
  "#",
  "?",
  "&amp;",
);

test("whatever is written, no link shows a post", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(embeddedPosts(harmless(pieces.join("")), SITE), pieces.join("")).toEqual([]);
    }),
    { numRuns: 5000, seed: 3 },
  );
});
