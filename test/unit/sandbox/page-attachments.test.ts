// What the page takes out of a post's props, which anyone may fill.
import { describe, expect, test } from "vitest";
import { readAttachments } from "../../../sandbox/page/attachments.ts";

const shownOf = (...attachments: unknown[]) => readAttachments({ attachments }).shown;

describe("a post's attachments", () => {
  test("have a colour and a text", () => {
    const attachment = { color: "#1a7f37", text: "✅ **Allowed** by @alice", fallback: "Allowed by @alice" };
    expect(readAttachments({ attachments: [attachment], from_bot: "true" })).toEqual({
      shown: [{ color: "#1a7f37", pretext: "", title: "", text: "✅ **Allowed** by @alice" }],
      tries: [],
    });
  });

  test.each(["#abc", "#A1B2C3"])("may have the colour %s", (color) => {
    expect(shownOf({ color, text: "x" })[0]?.color).toBe(color);
  });

  test.each(["red", "good", "#abcd", "#12345g", "url(x)", "#abc;--x:1", "var(--bad)", 7, null, "#abc\n"])(
    "may not have the colour %j",
    (color) => {
      expect(shownOf({ color, text: "x" })[0]?.color).toBeUndefined();
    },
  );

  test("are things to try when they have a title and end in code, and no colour", () => {
    const one = { title: "Ask", text: "An answer\n`@claude-code hello`" };
    expect(readAttachments({ attachments: [one, { ...one, color: "#abc" }, { text: one.text }] })).toEqual({
      tries: [{ title: "Ask", shows: "An answer", text: "@claude-code hello", drawing: "" }],
      shown: [
        { color: "#abc", pretext: "", title: "Ask", text: one.text },
        { color: undefined, pretext: "", title: "", text: one.text },
      ],
    });
  });

  test.each([
    ["receipt.svg", "receipt.svg"],
    ["https://evil.example/x.svg", ""],
    ["../x.svg", ""],
    ["//evil.example/x.svg", ""],
    ["data:image/svg+xml,x", ""],
    [7, ""],
  ])("with the picture %j take %j along: the page's own drawings only", (thumb_url, drawing) => {
    const one = { title: "Look", text: "At it\n`look`", thumb_url };
    expect(readAttachments({ attachments: [one] }).tries).toMatchObject([{ drawing }]);
  });

  test.each([
    null,
    {},
    { attachments: "x" },
    { attachments: {} },
    { attachments: [null, 1, "x", {}, [], { text: 1 }] },
  ])("are none in %j", (props) => {
    expect(readAttachments(props)).toEqual({ shown: [], tries: [] });
  });

  test("are twenty at most", () => {
    expect(shownOf(...Array.from({ length: 50 }, () => ({ text: "x" })))).toHaveLength(20);
  });
});
