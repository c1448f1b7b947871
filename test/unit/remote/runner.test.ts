import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { remoteOf, runnerFlaw, terminalCommand } from "../../../src/remote/runner.ts";
import { SHELL_WORDS, scriptLine } from "../../../src/remote/script.ts";
import { shownWords } from "../../../src/remote/shown-words.ts";
import { shellWords } from "../../../src/remote/words.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const wordsOf = (text: string): readonly string[] => {
  const words = shellWords(text);
  if ("problem" in words) throw new Error(words.problem);
  return words.value;
};
const remote = (text: string) => remoteOf(wordsOf(text));
const flaw = (text: string) => runnerFlaw(wordsOf(text))?.problem;

const hasSsh = spawnSync("ssh", ["-V"]).status === 0;

/** What the real ssh makes of its arguments: it tells it, and connects to nothing. */
function bySsh(args: readonly string[]): Record<string, string> {
  const output = execFileSync("ssh", ["-G", "-F", "none", ...args], { encoding: "utf8" });
  return Object.fromEntries(output.split("\n").map((line) => line.split(/ (.*)/).slice(0, 2)));
}

const SSH_FORMS = [
  ["ssh build1", "build1", {}],
  ["ssh dev@build1", "dev@build1", { user: "dev" }],
  ["ssh ssh://dev@build1:2222", "ssh://dev@build1:2222", { user: "dev", port: "2222" }],
  ["ssh -p 2222 dev@build1", "dev@build1", { port: "2222" }],
  ["ssh -p2222 dev@build1", "dev@build1", { port: "2222" }],
  ["ssh -4Cp 2222 dev@build1", "dev@build1", { port: "2222", compression: "yes" }],
  ["ssh -4Cp2222 -l dev build1", "build1", { port: "2222", user: "dev" }],
  ["ssh -i /dev/null -J jump -o Port=2222 -oUser=dev build1", "build1", { port: "2222", user: "dev" }],
  ["ssh build1 -p 2222 -l dev", "build1", { port: "2222", user: "dev" }],
  ["ssh -p 2222 -- build1", "build1", { port: "2222" }],
  ["ssh build1 -p 2222 -- sudo -u shop -p 1", "build1", { port: "2222" }],
  ["ssh build1 sudo -p 1", "build1", { port: "22" }],
  ["ssh -tt build1", "build1", {}],
  ["ssh -o RequestTTY=force build1", "build1", {}],
  ["ssh -o 'ProxyCommand=nc -X 5 %h %p' build1", "build1", { proxycommand: "nc -X 5 %h %p" }],
  ["ssh -o ServerAliveInterval=5 -o BatchMode=no build1", "build1", { serveraliveinterval: "5" }],
] as const;

describe.skipIf(!hasSsh)("a runner of ssh", () => {
  it.each(SSH_FORMS)("names the host as ssh does: %s", (text, name, more) => {
    const { path, arguments: args, name: found } = remote(text);
    expect([path, found]).toEqual(["ssh", name]);
    expect(bySsh(args)).toMatchObject({ hostname: "build1", requesttty: "false", ...more });
  });

  it("asks nobody, and knows within a minute that the connection is gone", () => {
    expect(bySsh(remote("ssh build1").arguments)).toMatchObject({
      batchmode: "yes",
      connecttimeout: "15",
      serveraliveinterval: "10",
      serveralivecountmax: "3",
    });
  });
});

describe("what a runner of ssh has run there", () => {
  const SHELL = `sh -c '${SHELL_WORDS[2]}'`;

  it("is one text with the shell in it, whatever the login shell is", () => {
    expect(remote("ssh build1").arguments.slice(-2)).toEqual(["build1", SHELL]);
  });

  it("has the words behind the host before it", () => {
    expect(remote("ssh build1 sudo -u shop").arguments.slice(-2)).toEqual([
      "build1",
      `sudo -u shop ${SHELL}`,
    ]);
  });

  it("goes on from there where a runner stands there", () => {
    expect(remote("ssh build1 docker exec shop-dev").arguments.at(-1)).toBe(
      `docker exec -i shop-dev ${SHELL}`,
    );
    const inner = remote("ssh build1 ssh shop").arguments.at(-1) ?? "";
    const heard = execFileSync("sh", ["-c", `ssh() { printf '%s\\0' "$@"; }; ${inner}`], {
      encoding: "utf8",
    }).split("\0");
    expect(heard.slice(-3, -1)).toEqual(["shop", SHELL]);
  });
});

describe("a runner of docker, podman, kubectl or oc", () => {
  it.each([
    ["docker exec -i shop-dev", "docker exec -i shop-dev", "shop-dev"],
    ["docker exec shop-dev", "docker exec -i shop-dev", "shop-dev"],
    ["docker exec --interactive shop-dev", "docker exec --interactive shop-dev", "shop-dev"],
    ["docker exec -u dev -e A=-i shop-dev", "docker exec -i -u dev -e A=-i shop-dev", "shop-dev"],
    ["docker exec -ui shop-dev", "docker exec -i -ui shop-dev", "shop-dev"],
    ["docker exec -iw /shop shop-dev", "docker exec -iw /shop shop-dev", "shop-dev"],
    ["docker exec shop-dev env -i -t", "docker exec -i shop-dev env -i -t", "shop-dev"],
    ["docker exec --tty=false shop-dev", "docker exec -i --tty=false shop-dev", "shop-dev"],
    [
      "docker --context far container exec shop-dev",
      "docker --context far container exec -i shop-dev",
      "shop-dev",
    ],
    ["/usr/bin/podman exec shop-dev", "/usr/bin/podman exec -i shop-dev", "shop-dev"],
    ["sudo -n docker exec shop-dev", "sudo -n docker exec -i shop-dev", "shop-dev"],
    ["docker compose exec shop", "docker compose exec -T shop", "shop"],
    ["docker compose -f a.yaml -p x exec -T shop", "docker compose -f a.yaml -p x exec -T shop", "shop"],
    ["docker compose exec --index 2 --no-tty shop", "docker compose exec --index 2 --no-tty shop", "shop"],
    ["docker-compose exec shop", "docker-compose exec -T shop", "shop"],
    ["kubectl exec -i shop --", "kubectl exec -i shop --", "shop"],
    ["kubectl exec deploy/shop", "kubectl exec -i deploy/shop --", "deploy/shop"],
    ["kubectl exec shop -c app --", "kubectl exec -i shop -c app --", "shop"],
    ["kubectl exec -c app --stdin shop", "kubectl exec -c app --stdin shop --", "shop"],
    [
      "kubectl exec shop --stdin=true --container app --",
      "kubectl exec shop --stdin=true --container app --",
      "shop",
    ],
    ["kubectl -n dev exec -qi shop -- env -t A=1", "kubectl -n dev exec -qi shop -- env -t A=1", "shop"],
    ["kubectl exec --context far --quiet shop", "kubectl exec -i --context far --quiet shop --", "shop"],
    ["oc exec shop", "oc exec -i shop --", "shop"],
  ])("is told what it needs: %s", (text, full, name) => {
    const found = remote(text);
    expect([found.path, ...found.arguments]).toEqual([...wordsOf(full), ...SHELL_WORDS]);
    expect(found.name).toBe(name);
  });

  it.each([
    ["docker exec -it shop-dev", "-t asks for a terminal, which would change what Claude says"],
    ["docker exec --tty shop-dev", "--tty asks for a terminal, which would change what Claude says"],
    ["podman exec -ti shop-dev", "-t asks for a terminal, which would change what Claude says"],
    ["docker compose exec -t shop", "-t asks for a terminal, which would change what Claude says"],
    ["kubectl exec -it shop --", "-t asks for a terminal, which would change what Claude says"],
    ["kubectl exec shop -i --tty -- env", "--tty asks for a terminal, which would change what Claude says"],
    ["ssh build1 docker exec -it shop-dev", "-t asks for a terminal, which would change what Claude says"],
    ["docker exec -d shop-dev", "-d keeps away from Claude what is said to it"],
    ["ssh -n build1", "-n keeps away from Claude what is said to it"],
    ["ssh -fN build1", "-f keeps away from Claude what is said to it"],
    ["ssh build1 -N", "-N starts no shell there"],
    ["ssh -p 22", "it names no host"],
    ["docker exec -i", "it names no container"],
    ["kubectl exec -n dev --", "it names no pod"],
  ])("is refused where it can't work: %s", (text, why) => {
    expect(flaw(text)).toBe(why);
  });

  it("is taken where nothing is known against it", () => {
    for (const text of [
      "ssh -tt build1",
      "docker exec shop-dev env -t",
      "kubectl exec shop -- env -t",
      "sudo -u dev",
      "lxc exec shop --",
      "docker run -i --rm shop",
    ]) {
      expect([text, flaw(text)]).toEqual([text, undefined]);
    }
  });
});

describe("a runner of another program", () => {
  it("is followed by the shell, and is called by that program", () => {
    expect(remote("lxc exec shop --")).toEqual({
      name: "lxc",
      path: "lxc",
      arguments: ["exec", "shop", "--", ...SHELL_WORDS],
    });
  });

  it.each([
    ["env SSHPASS=topsecret false", "false"],
    ["env -i A=topsecret /opt/tools/reach --token topsecret", "reach"],
    ["/usr/bin/env A=b", "env"],
    ["env -S 'reach --token topsecret'", "env"],
    ["curl https://dev:topsecret@build1", "curl"],
    ["sshpass -p topsecret reach", "sshpass"],
    ["docker run -e A=topsecret shop", "docker"],
    [`${"x".repeat(700)} topsecret`, `${"x".repeat(59)}…`],
  ])("has a short name without what may be secret: %s", (text, name) => {
    expect(remote(text).name).toBe(name);
  });

  it("is no assignment, which only a shell would make one", () => {
    expect(flaw("SSHPASS=topsecret sshpass -e ssh build1")).toBe(
      "it begins with a variable, and goes through no shell",
    );
    expect(flaw("env SSHPASS=topsecret sshpass -e ssh build1")).toBeUndefined();
  });
});

it("names what a runner reaches without a password, in at most 60 characters", () => {
  expect(remote("ssh ssh://dev:topsecret@build1:22").name).toBe("ssh://dev:…@build1:22");
  expect(remote(`ssh ${"a".repeat(80)}`).name).toBe(`${"a".repeat(59)}…`);
});

describe("the words of a runner that others may see", () => {
  it.each([
    ["ssh -p 2222 -i ~/.ssh/shop -J jump -4C dev@build1 -v", undefined],
    ["ssh -p2222 -o Port=22 -oUser=dev build1", undefined],
    ["ssh build1 sudo -u shop docker exec -i shop-dev", undefined],
    ["docker --context far exec -u dev -w /shop --user=dev shop", undefined],
    ["docker compose -f a.yaml -p x exec -T --index 2 shop", undefined],
    ["kubectl -n dev --context far exec -qi deploy/shop -c app --", undefined],
    ["ssh -o 'ProxyCommand=nc -P topsecret' build1", "ssh -o ProxyCommand=… build1"],
    ["ssh build1 env TOKEN=topsecret reach topsecret", "ssh build1 env TOKEN=… reach …"],
    ["sshpass -p topsecret ssh build1", "sshpass -p … ssh build1"],
    ["sshpass -ptopsecret ssh build1", "sshpass -p… ssh build1"],
    ["docker exec -e ANTHROPIC_TOKEN=topsecret shop", "docker exec -e ANTHROPIC_TOKEN=… shop"],
    ["docker exec -ieA=topsecret shop", "docker exec -ie… shop"],
    ["docker exec --env=A=topsecret shop", "docker exec --env=… shop"],
    ["docker -H tcp://dev:topsecret@far exec shop", "docker -H tcp://dev:…@far exec shop"],
    ["docker exec shop sh -c topsecret", "docker exec shop sh -c …"],
    ["kubectl --token topsecret exec pod", "kubectl --token … exec pod"],
    ["kubectl --server https://dev:topsecret@far exec pod", "kubectl --server https://dev:…@far exec pod"],
    ["kubectl exec pod --password=topsecret -- env A=topsecret", "kubectl exec pod --password=… -- env A=…"],
    ["env TOKEN=topsecret nice topsecret", "env TOKEN=… nice …"],
    ["env TOKEN=topsecret/ssh reach", "env TOKEN=… reach"],
    ["/opt/reach --key=topsecret --token topsecret -topsecret", "/opt/reach --key=… --token … -t…"],
  ])("are those that can't be secret: %s", (text, shown) => {
    expect(shownWords(wordsOf(text))).toEqual(shown === undefined ? wordsOf(text) : shown.split(" "));
  });
});

describe("the command for a terminal", () => {
  /** What the command gets to the shell at the other end, where each runner hands on what the real one does. */
  const run = (line: string): string => {
    const runners = `
ssh() { while [ "$1" != build1 ]; do shift; done; shift; eval "$*"; }
docker() { while [ "$1" != shop ]; do shift; done; shift; "$@"; }
kubectl() { while [ "$1" != -- ]; do shift; done; shift; "$@"; }
`;
    return execFileSync("sh", ["-c", `${runners}\n${line}`], { encoding: "utf8" });
  };
  const command = `printf '<%s>' "it's" '$HOME' \\\\ "a b"`;

  it.each([
    ["ssh build1", "ssh -t build1 "],
    ["ssh -p 22 build1 -v", "ssh -t -p 22 build1 -v "],
    ["docker exec -i shop", "docker exec -t -i shop sh -c "],
    ["docker compose exec -T shop", "docker compose exec shop sh -c "],
    ["kubectl exec deploy/shop -c app", "kubectl exec -it deploy/shop -c app -- sh -c "],
    ["ssh build1 docker exec -i shop", "ssh -t build1 'docker exec -t -i shop sh -c "],
    ["ssh build1 env A=1", "ssh -t build1 'env A=1 sh -c "],
    ["env 'A=b c'", "env 'A=b c' sh -c "],
  ])("has a terminal and the command as it is: %s", (text, beginning) => {
    const line = terminalCommand(wordsOf(text), command);
    expect(line.slice(0, beginning.length)).toBe(beginning);
    expect(run(line.replace("build1 -v ", "build1 "))).toBe("<it's><$HOME><\\><a b>");
  });
});

test("what comes behind a line that a login shell has taken is not run", () => {
  const marker = join(temporaryDirectory(), "run");
  const frame = `{"type":"user","text":"$(touch ${marker}) \`touch ${marker}\`; touch ${marker}"}`;
  const [shell, ...args] = SHELL_WORDS;
  const { stdout } = spawnSync(shell, args, { input: `${frame}\n`, encoding: "utf8" });
  expect([stdout, existsSync(marker)]).toEqual(["", false]);
  spawnSync(shell, args, { input: scriptLine(`touch ${marker}`, []) });
  expect(existsSync(marker)).toBe(true);
});
