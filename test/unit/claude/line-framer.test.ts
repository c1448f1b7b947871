// Bytes in any pieces, the same lines.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineFramer } from "../../../src/claude/line-framer.ts";

interface Framed {
  readonly lines: string[];
  readonly tooLong: number;
  readonly endless: number;
}

function frame(chunks: readonly Buffer[], limitBytes?: number): Framed {
  const lines: string[] = [];
  let tooLong = 0;
  let endless = 0;
  const framer = new LineFramer(
    {
      lines: (some) => lines.push(...some),
      tooLong: () => {
        tooLong++;
      },
      endless: () => {
        endless++;
      },
    },
    limitBytes,
  );
  for (const chunk of chunks) {
    framer.push(chunk);
  }
  framer.end();
  return { lines, tooLong, endless };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)];
}

it("a line that is too long leaves its head, in whatever pieces it comes", () => {
  const line = Buffer.from(`{"type":"control_request"${"x".repeat(2_000)}\n`);
  for (const sizes of [[line.length], [700, 400, line.length]]) {
    const heads: string[] = [];
    const framer = new LineFramer(
      { lines() {}, tooLong: (_limit, head) => heads.push(head), endless() {} },
      1_000,
    );
    for (const chunk of cut(line, sizes)) {
      framer.push(chunk);
    }
    expect(heads).toEqual([line.subarray(0, 256).toString()]);
  }
});

describe("a line framer", () => {
  it("gives the same lines wherever the pipe cuts, also inside a character", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc
            .string({ unit: "grapheme", minLength: 1 })
            .filter((text) => text.trim() !== "" && !text.includes("\n")),
        ),
        fc.array(fc.nat(7)),
        (lines, sizes) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
          expect(frame(cut(bytes, sizes)).lines).toEqual(lines);
        },
      ),
    );
  });

  it("takes what stands without a newline at the end as a line", () => {
    expect(frame([Buffer.from("one\ntw"), Buffer.from("o")]).lines).toEqual(["one", "two"]);
  });

  it("skips empty lines", () => {
    expect(frame([Buffer.from("\n\none\n \n")]).lines).toEqual(["one"]);
  });

  it("drops a line over the limit, says so once, and reads the next one", () => {
    const long = Buffer.from("x".repeat(50));
    const framed = frame([Buffer.from("short\n"), long, long, long, Buffer.from("\nafter\n")], 99);
    expect(framed).toEqual({ lines: ["short", "after"], tooLong: 1, endless: 0 });
  });

  it("says once that a line never ends, and holds none of it", () => {
    const long = Buffer.from("x".repeat(50));
    const chunks = Array.from({ length: 40 }, () => long);
    expect(frame([...chunks, Buffer.from("\nafter\n")], 99)).toEqual({
      lines: ["after"],
      tooLong: 1,
      endless: 1,
    });
  });

  it("tells lines that come in one piece at once", () => {
    const told: (readonly string[])[] = [];
    const framer = new LineFramer({ lines: (some) => told.push(some), tooLong() {}, endless() {} });
    framer.push(Buffer.from("be"));
    framer.push(Buffer.from("gun\none\n\ntwo\nhalf"));
    expect(told).toEqual([["begun"], ["one", "two"]]);
  });

  it("takes a line of exactly the limit", () => {
    expect(frame([Buffer.from(`${"x".repeat(10)}\n`)], 10)).toEqual({
      lines: ["x".repeat(10)],
      tooLong: 0,
      endless: 0,
    });
  });
});
