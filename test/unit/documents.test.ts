// What users read: every link in it leads somewhere, in a checkout and in the package.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const { files } = JSON.parse(read("package.json")) as { readonly files: readonly string[] };

/** Its readers have the sources. */
const FOR_DEVELOPERS = "architecture.md";
const DOCUMENTS = [
  "README.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...readdirSync(join(ROOT, "docs")).flatMap((name) =>
    name === FOR_DEVELOPERS || !name.endsWith(".md") ? [] : [`docs/${name}`],
  ),
];

const isPacked = (path: string): boolean =>
  [...files, "README.md", "LICENSE"].some((one) => path === one || path.startsWith(`${one}/`));

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "code");
}

/** Where links lead, pictures left out: the package comes without them. */
function linksIn(markdown: string): string[] {
  const links = withoutCode(markdown).matchAll(/(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)/g);
  return [...links].flatMap(([, target = ""]) => (/^https?:/.test(target) ? [] : [target]));
}

/** As GitHub and npm name the headings. */
function anchorsIn(markdown: string): string[] {
  const headings = markdown.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

describe.each(DOCUMENTS)("%s", (document) => {
  test("links only to documents and headings that exist and are in the package", () => {
    const broken = linksIn(read(document)).filter((target) => {
      const [file = "", anchor] = target.split("#");
      const path = file === "" ? document : normalize(join(dirname(document), file));
      const isThere = existsSync(join(ROOT, path)) && isPacked(path);
      return !isThere || (anchor !== undefined && !anchorsIn(read(path)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});

test("every picture of the README exists", () => {
  const pictures = [...read("README.md").matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path = ""]) => path);
  expect(pictures).not.toEqual([]);
  expect(pictures.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
