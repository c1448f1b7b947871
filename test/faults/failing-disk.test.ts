import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary.ts";
import { DISK } from "./programs.ts";

const SCRIPT = `
import { appendFileSync, closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { open, writeFile } from "node:fs/promises";
const { STATE, ELSEWHERE, FAILING_DISK_FLAG: flag } = process.env;
const tried = async (act) => { try { await act(); return "done"; } catch (error) { return error.code; } };
const into = openSync(STATE + "/open", "w");
const handle = await open(STATE + "/handle", "w");
const all = async () => [
  await tried(() => writeFileSync(STATE + "/a", "x")),
  await tried(() => appendFileSync(STATE + "/kept", "x")),
  await tried(() => writeSync(into, "x")),
  await tried(() => renameSync(STATE + "/kept", STATE + "/moved")),
  await tried(() => openSync(STATE + "/new", "a")),
  await tried(() => writeFile(STATE + "/b", "x")),
  await tried(() => handle.writeFile("x")),
];
writeFileSync(flag, "ENOSPC");
const failing = await all();
const meanwhile = [
  await tried(() => readFileSync(STATE + "/kept")),
  await tried(() => writeFileSync(ELSEWHERE + "/a", "x")),
];
rmSync(flag);
console.log(JSON.stringify({ failing, meanwhile, whole: await all() }));
`;

test("a disk that is told to fail takes no write of any sort below its root, and is read as before", () => {
  const root = temporaryDirectory();
  const at = (name: string): string => join(root, name);
  mkdirSync(at("state"));
  mkdirSync(at("elsewhere"));
  writeFileSync(at("state/kept"), "kept");
  writeFileSync(at("script.mjs"), SCRIPT);
  const said = execFileSync(
    process.execPath,
    ["--import", pathToFileURL(DISK[0] ?? "").href, at("script.mjs")],
    {
      env: {
        FAILING_DISK_ROOT: at("state"),
        FAILING_DISK_FLAG: at("flag"),
        STATE: at("state"),
        ELSEWHERE: at("elsewhere"),
      },
    },
  );
  expect(JSON.parse(said.toString())).toEqual({
    failing: Array.from({ length: 7 }, () => "ENOSPC"),
    meanwhile: ["done", "done"],
    whole: Array.from({ length: 7 }, () => "done"),
  });
});
