import fc from "fast-check";
import { expect, test } from "vitest";
import { createRedact } from "../../../src/util/redact.ts";

test("a secret is taken out wherever it stands, and nothing else is", () => {
  const redact = createRedact(["abcdefgh1234"]);
  expect(redact("abcdefgh1234 and xabcdefgh1234x")).toBe("[secret] and x[secret]x");
  expect(redact("abcdefgh123, ABCDEFGH1234")).toBe("abcdefgh123, ABCDEFGH1234");
  expect(redact("")).toBe("");
});

test("a secret is taken out as URLs and JSON spell it", () => {
  const secret = 'pa/ss"wo rd\\é';
  const redact = createRedact([secret]);
  expect(redact(`https://host/?token=${encodeURIComponent(secret)}&x=1`)).toBe(
    "https://host/?token=[secret]&x=1",
  );
  expect(redact(JSON.stringify({ token: secret, x: 1 }))).toBe('{"token":"[secret]","x":1}');
});

test("JSON stays JSON", () => {
  const redact = createRedact(['quo"te\\d-one', "plain-secret"]);
  const document = { a: 'x quo"te\\d-one y', b: ["plain-secret"], c: 3 };
  expect(JSON.parse(redact(JSON.stringify(document)))).toEqual({ a: "x [secret] y", b: ["[secret]"], c: 3 });
});

test("characters that mean something in a pattern or a replacement are taken as they are", () => {
  const redact = createRedact(["a.c$&(d)+[e]"]);
  expect(redact("a.c$&(d)+[e] abc$&(d)+[e]")).toBe("[secret] abc$&(d)+[e]");
});

test("what is shorter than eight characters is no secret", () => {
  expect(createRedact(["", "claude", "1234567"])("claude 1234567")).toBe("claude 1234567");
  expect(createRedact(["12345678"])("12345678")).toBe("[secret]");
});

test("of several secrets none is left, however they are mixed with text", () => {
  const secret = fc.stringMatching(/^[a-z0-9]{26}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(secret, { minLength: 1, maxLength: 4 }),
      fc.array(fc.string()),
      (secrets, texts) => {
        const text = [...texts, ""].join(`${secrets.join("")}/${secrets.join(" ")}`);
        const shown = createRedact(secrets)(text);
        expect(secrets.filter((one) => shown.includes(one))).toEqual([]);
      },
    ),
  );
});

test("most of a secret is one too: where a text was cut, its beginning or its end is left", () => {
  const token = "xq7he3kfmnapz8wq4yeasr6tu1";
  const redact = createRedact([token]);
  for (let cut = 12; cut < token.length; cut++) {
    expect(redact(`echo ${token.slice(0, cut)}…`)).toBe("echo [secret]…");
    expect(redact(`…${token.slice(-cut)} | sh`)).toBe("…[secret] | sh");
  }
  expect(redact(token.slice(0, 11) + token.slice(-11))).toBe(token.slice(0, 11) + token.slice(-11));
  expect(redact(`${token.slice(0, 14)}${token}${token.slice(-14)}`)).toBe("[secret][secret][secret]");
  expect(redact("xq7he3kfmnapxq7he3kfmnap")).toBe("[secret][secret]");
});

test("JSON stays JSON, and a URL one, also where a secret goes on after an escape sequence that ends like its beginning", () => {
  const escaped = ["\n", "\t", "\u001f", "\u0000", "é", "/", "%", "\\", '"', "n", "1f", ""];
  const secret = fc.stringMatching(/^[nrtbfu0-9a-f]{26}$/);
  const cut = fc.record({ from: fc.nat(26), to: fc.nat(26), before: fc.constantFrom(...escaped) });
  fc.assert(
    fc.property(secret, fc.array(cut, { maxLength: 5 }), (one, cuts) => {
      const text = cuts.map(({ from, to, before }) => `${before}${one.slice(from, to)}`).join("");
      const redact = createRedact([one]);
      const shown = JSON.parse(redact(JSON.stringify([text]))) as string[];
      expect(shown[0]).not.toContain(one);
      expect(redact(shown[0] ?? "")).toBe(shown[0]);
      expect(decodeURIComponent(redact(encodeURIComponent(text)))).not.toContain(one);
    }),
    { numRuns: 2000 },
  );
});

test("words on the line after one that ends within a secret are shown as they are", () => {
  const redact = createRedact(["abcdefghijklmnopqrstuvwxyz"]);
  expect(JSON.parse(redact(JSON.stringify("token: abcdefghijklmn\nopqrstuvwxyz\n")))).toBe(
    "token: [secret]\n[secret]\n",
  );
});
