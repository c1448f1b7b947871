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
