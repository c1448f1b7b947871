import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { shellWords } from "../../../src/remote/words.ts";

/** Nothing in it that a shell would do something with. */
const plain = [
  "",
  "ssh dev@build1",
  "  ssh\t dev@build1  ",
  "ssh -o 'ProxyCommand=nc -X 5 %h %p' build1",
  `ssh -o "User=dev" build1`,
  `a"b c"'d e'f`,
  `'' "" x`,
  String.raw`a\ b c\\d \'e\" `,
  '"a\\"b" "a\\\\b" "a\\b" "\\$HOME" "\\`"',
  String.raw`'a\b' 'it'\''s'`,
  "a=b --c=d -e,f [x] {y} %h ~x @z:1",
  "ünï 日本 👩‍💻",
  "a\nb",
];

const FRAGMENTS = ["a", " ", "'", '"', "\\", "-", "\t", "é", "b c", "''", '""', "\\\\", "\\'", '\\"'];

function drawn(count: number): string[] {
  let seed = 18;
  const next = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + (next() % 9) }, () => FRAGMENTS[next() % FRAGMENTS.length] ?? "").join(""),
  );
}

/** As a real shell takes it apart; undefined where it can't. */
function bySh(text: string): string[] | undefined {
  try {
    const command = `printf '%s\\0' x ${text.replaceAll("\n", " ")}`;
    const output = execFileSync("sh", ["-fc", command], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.split("\0").slice(1, -1);
  } catch {
    return undefined;
  }
}

describe("a runner's words", () => {
  it.each(plain)("are those of a shell: %j", (text) => {
    expect(shellWords(text)).toEqual({ value: bySh(text) });
  });

  it("are those of a shell in whatever order quotes, backslashes and blanks come", () => {
    for (const text of drawn(200)) {
      const words = shellWords(text);
      // A backslash at the end is one to a shell, which waits for more of it.
      if ("problem" in words && words.problem === "it ends with a backslash") continue;
      expect({ text, words: "value" in words ? words.value : undefined }).toEqual({
        text,
        words: bySh(text),
      });
    }
  });

  it("are no words when a quote is left open, or a backslash has nothing behind it", () => {
    expect(shellWords("ssh 'dev")).toEqual({ problem: "a ' in it is never closed" });
    expect(shellWords('ssh "dev')).toEqual({ problem: 'a " in it is never closed' });
    expect(shellWords("ssh dev\\")).toEqual({ problem: "it ends with a backslash" });
  });

  it("are left as they are where a shell would do something", () => {
    expect(shellWords("a $HOME `id` $(id) *;rm ~ #x > y & | z")).toEqual({
      value: "a $HOME `id` $(id) *;rm ~ #x > y & | z".split(" "),
    });
  });
});
