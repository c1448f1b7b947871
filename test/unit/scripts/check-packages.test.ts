// The rules for the packages we depend on, each held against a made-up lock that breaks it.

import { describe, expect, it } from "vitest";
import { auditFaults, faults, notes } from "../../../scripts/package-rules.js";

const INTEGRITY = "sha512-made-up";
const MANIFEST = { dependencies: { a: "^1.2.3" }, devDependencies: { tool: "2.0" }, scripts: { build: "x" } };
const A = { version: "1.4.0", integrity: INTEGRITY, license: "MIT" };
const TOOL = { version: "2.0.7", integrity: INTEGRITY, license: "MPL-2.0", dev: true };

/** A lock that is fine except for what is given: entries by their path, `undefined` to leave one out. */
function lockWith(entries: Record<string, object | undefined> = {}): object {
  const packages = { "": {}, "node_modules/a": A, "node_modules/tool": TOOL, ...entries };
  return {
    lockfileVersion: 3,
    packages: Object.fromEntries(Object.entries(packages).filter(([, entry]) => entry !== undefined)),
  };
}

const faultsOf = (entries: Record<string, object | undefined>): string[] =>
  faults(MANIFEST, lockWith(entries));

it("finds nothing where all is well", () => {
  expect(faults(MANIFEST, lockWith())).toEqual([]);
  expect(notes(lockWith())).toEqual([]);
});

describe("licences", () => {
  it.each([
    "MIT",
    "ISC",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Apache-2.0",
    "0BSD",
    "BlueOak-1.0.0",
    "(GPL-2.0-only OR MIT)",
    "MIT AND ISC",
  ])("take %s at run time", (license) => {
    expect(faultsOf({ "node_modules/a": { ...A, license } })).toEqual([]);
  });

  it.each([
    "GPL-3.0-only",
    "MPL-2.0",
    "MIT AND GPL-3.0-only",
    "SEE LICENSE IN README.md",
    "(MIT OR ISC) AND MPL-2.0",
  ])("refuse %s at run time", (license) => {
    expect(faultsOf({ "node_modules/a": { ...A, license } })).toEqual([
      `a is needed at run time and its licence is ${license}.`,
    ]);
  });

  it("refuse none at run time, also of what a dependency needs, and of what may be either", () => {
    const { license: _, ...bare } = A;
    expect(
      faultsOf({
        "node_modules/a/node_modules/@b/c": bare,
        "node_modules/d": { ...bare, devOptional: true },
      }),
    ).toEqual([
      "@b/c is needed at run time and its licence is none.",
      "d is needed at run time and its licence is none.",
    ]);
  });

  it("name a tool of which none is known, but not Claude, and refuse neither", () => {
    const unclear = { ...TOOL, license: "SEE LICENSE IN README.md" };
    const entries = {
      "node_modules/odd": unclear,
      "node_modules/@anthropic-ai/claude-code": unclear,
      "node_modules/@anthropic-ai/claude-code-linux-x64": unclear,
      "node_modules/claude-code-1": unclear,
    };
    expect(faultsOf(entries)).toEqual([]);
    expect(notes(lockWith(entries))).toEqual([
      "The tool odd is under an unknown licence (SEE LICENSE IN README.md).",
    ]);
  });

  it("do not let Claude in at run time", () => {
    const claude = { ...A, license: "SEE LICENSE IN README.md" };
    expect(faultsOf({ "node_modules/@anthropic-ai/claude-code": claude })).toHaveLength(1);
  });
});

describe("the lock", () => {
  it("is of version 3", () => {
    expect(faults(MANIFEST, { ...lockWith(), lockfileVersion: 2 })).toEqual([
      "The lock is of version 2, not 3.",
    ]);
  });

  it("has every package's integrity", () => {
    expect(faultsOf({ "node_modules/tool": { ...TOOL, integrity: undefined } })).toEqual([
      "tool has no integrity in the lock.",
    ]);
  });

  it("holds what package.json asks for", () => {
    expect(faultsOf({ "node_modules/a": undefined })).toEqual(["a is not in the lock."]);
  });

  it.each([
    ["^1.2.3", "1.2.3"],
    ["^1.2.3", "1.10.0"],
    ["^0.3.2", "0.3.10"],
    ["2.0", "2.0.9"],
    ["2.0.1", "2.0.1"],
    ["3.0.0-beta.1", "3.0.0-beta.1"],
    ["npm:@else/where@1.0.1", "1.0.1"],
  ])("satisfies %s with %s", (range, version) => {
    expect(faults({ dependencies: { a: range } }, lockWith({ "node_modules/a": { ...A, version } }))).toEqual(
      [],
    );
  });

  it.each([
    ["^1.2.3", "1.2.2"],
    ["^1.2.3", "1.1.9"],
    ["^1.2.3", "2.0.0"],
    ["^0.3.2", "0.4.0"],
    ["^0.0.3", "0.0.4"],
    ["2.0", "2.1.0"],
    ["2.0.1", "2.0.2"],
    ["^1.2.3", "1.3.0-beta.1"],
    ["npm:where@1.0.1", "1.0.2"],
    ["*", "1.0.0"],
    ["git+ssh://somewhere/a.git", "1.0.0"],
  ])("does not satisfy %s with %s", (range, version) => {
    expect(faults({ dependencies: { a: range } }, lockWith({ "node_modules/a": { ...A, version } }))).toEqual(
      [`a is locked at ${version}, which is not in ${range}.`],
    );
  });

  it("takes all packages from one host, by https", () => {
    const from = (address: string): object => ({ ...A, resolved: address });
    const one = from("https://packages.example/a.tgz");
    expect(faultsOf({ "node_modules/a": one, "node_modules/b": one })).toEqual([]);
    expect(faultsOf({ "node_modules/a": one, "node_modules/b": from("https://else.example/b.tgz") })).toEqual(
      ["The lock's packages come from 2 hosts: packages.example, else.example."],
    );
    expect(
      faultsOf({ "node_modules/a": one, "node_modules/b": from("git+ssh://packages.example/b.git") }),
    ).toEqual(["b comes from git+ssh://packages.example/b.git, which is no https address."]);
  });
});

describe("scripts at installation", () => {
  it("are not run by what is needed at run time", () => {
    expect(faultsOf({ "node_modules/a": { ...A, hasInstallScript: true } })).toEqual([
      "a is needed at run time and runs a script where it is installed.",
    ]);
    expect(faultsOf({ "node_modules/tool": { ...TOOL, hasInstallScript: true } })).toEqual([]);
  });

  it.each(["preinstall", "install", "postinstall", "prepare"])("are not our own: %s", (name) => {
    const manifest = { ...MANIFEST, scripts: { ...MANIFEST.scripts, [name]: "x", prepack: "x" } };
    expect(faults(manifest, lockWith())).toEqual([
      `Our own package.json runs "${name}" where it is installed.`,
    ]);
  });
});

describe("what goes into our own files", () => {
  it("is held to what holds at run time, though it is no part of an installation", () => {
    const tool = { ...TOOL, hasInstallScript: true };
    expect(faults(MANIFEST, lockWith({ "node_modules/tool": tool }), ["tool"])).toEqual([
      "tool is needed at run time and its licence is MPL-2.0.",
      "tool is needed at run time and runs a script where it is installed.",
    ]);
  });

  it("needs nothing that would come with it unseen", () => {
    const tool = { ...TOOL, license: "MIT", dependencies: { other: "^1.0.0" } };
    expect(faults(MANIFEST, lockWith({ "node_modules/tool": tool }), ["tool"])).toEqual([
      "tool goes into dist and needs packages of its own.",
    ]);
  });
});

describe("an audit's report", () => {
  const report = {
    auditReportVersion: 2,
    vulnerabilities: {
      a: { name: "a", severity: "low", range: "<1.5.0" },
      tool: { name: "tool", severity: "critical", range: "" },
    },
  };

  it("is a fault a package, of the severities that count", () => {
    expect(auditFaults(report)).toEqual([
      "a <1.5.0 has a known weakness (low).",
      "tool has a known weakness (critical).",
    ]);
    expect(auditFaults(report, ["high", "critical"])).toEqual(["tool has a known weakness (critical)."]);
    expect(auditFaults({ auditReportVersion: 2, vulnerabilities: {} })).toEqual([]);
  });

  it("counts each weakness of what goes into our own files", () => {
    expect(auditFaults(report, ["high", "critical"], ["a"])).toEqual(auditFaults(report));
  });

  it.each([
    ["a refusal", { statusCode: 405, message: "405 Method Not Allowed", error: { summary: "" } }],
    ["nothing", undefined],
    ["something else", { auditReportVersion: 1, advisories: {} }],
  ])("is none when it is %s", (_, answer) => {
    expect(auditFaults(answer)).toBeUndefined();
  });
});
