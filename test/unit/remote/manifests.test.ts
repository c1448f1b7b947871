// What docs/elsewhere.md gives people to use: its manifests, its runners. The names of keys are those of the API reference of
// Kubernetes 1.32 and of the Compose specification.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { parseRunner } from "../../../src/config/projects-schema.ts";
import { remoteOf } from "../../../src/remote/runner.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const pathOf = (name: string): string => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));
const read = (name: string): string => readFileSync(pathOf(name), "utf8");

const text = z.string();
const named = z.strictObject({ name: text });
const metadata = z.strictObject({ name: text, namespace: text });
const container = z.strictObject({
  name: text,
  image: text,
  command: z.array(text),
  env: z.array(z.strictObject({ name: text, value: text })),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(text) }),
  }),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: text, memory: text }),
    limits: z.strictObject({ memory: text }),
  }),
  volumeMounts: z.array(z.strictObject({ name: text, mountPath: text.startsWith("/") })),
});
const pod = z.strictObject({
  automountServiceAccountToken: z.boolean(),
  shareProcessNamespace: z.boolean(),
  securityContext: z.strictObject({ runAsNonRoot: z.boolean(), runAsUser: z.number(), fsGroup: z.number() }),
  containers: z.tuple([container]),
  volumes: z.array(
    z.strictObject({ name: text, persistentVolumeClaim: z.strictObject({ claimName: text }) }),
  ),
});
const labels = z.strictObject({ app: text });
const MANIFESTS = z.tuple([
  z.strictObject({ apiVersion: z.literal("v1"), kind: z.literal("Namespace"), metadata: named }),
  z.strictObject({
    apiVersion: z.literal("v1"),
    kind: z.literal("PersistentVolumeClaim"),
    metadata,
    spec: z.strictObject({
      accessModes: z.array(z.enum(["ReadWriteOnce", "ReadWriteOncePod"])),
      resources: z.strictObject({ requests: z.strictObject({ storage: text }) }),
    }),
  }),
  z.strictObject({
    apiVersion: z.literal("apps/v1"),
    kind: z.literal("Deployment"),
    metadata,
    spec: z.strictObject({
      replicas: z.literal(1),
      strategy: z.strictObject({ type: z.literal("Recreate") }),
      selector: z.strictObject({ matchLabels: labels }),
      template: z.strictObject({ metadata: z.strictObject({ labels }), spec: pod }),
    }),
  }),
  z.strictObject({ apiVersion: z.literal("v1"), kind: z.literal("ServiceAccount"), metadata }),
  z.strictObject({
    apiVersion: z.literal("rbac.authorization.k8s.io/v1"),
    kind: z.literal("Role"),
    metadata,
    rules: z.array(
      z.strictObject({ apiGroups: z.array(text), resources: z.array(text), verbs: z.array(text) }),
    ),
  }),
  z.strictObject({
    apiVersion: z.literal("rbac.authorization.k8s.io/v1"),
    kind: z.literal("RoleBinding"),
    metadata,
    roleRef: z.strictObject({
      apiGroup: z.literal("rbac.authorization.k8s.io"),
      kind: z.literal("Role"),
      name: text,
    }),
    subjects: z.array(z.strictObject({ kind: z.literal("ServiceAccount"), name: text, namespace: text })),
  }),
]);

const FILES = ["elsewhere/workspace.yaml", "elsewhere/access.yaml"];
const manifests = () =>
  MANIFESTS.parse(FILES.flatMap((name) => parseAllDocuments(read(name)).map((one) => one.toJS() as unknown)));

describe("the manifests for Kubernetes", () => {
  test("have keys that there are, and name each other", () => {
    const [namespace, claim, { spec, metadata: of }, account, role, binding] = manifests();
    const { name } = namespace.metadata;
    expect([claim, account, role, binding].map((one) => one.metadata.namespace)).toEqual(Array(4).fill(name));
    expect(of.namespace).toBe(name);
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    expect(spec.template.spec.volumes[0]?.persistentVolumeClaim.claimName).toBe(claim.metadata.name);
    expect(spec.template.spec.containers[0].volumeMounts[0]?.name).toBe(spec.template.spec.volumes[0]?.name);
    expect(binding.roleRef.name).toBe(role.metadata.name);
    expect(binding.subjects).toEqual([{ kind: "ServiceAccount", ...account.metadata }]);
  });

  test("allow exec in one namespace, and what kubectl looks up for it", () => {
    const [, , , , { rules }] = manifests();
    const rights = rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((one) => verbs.map((verb) => `${verb} ${group}/${one}`)),
      ),
    );
    expect(rights.sort()).toEqual([
      "create /pods/exec",
      "get /pods",
      "get /pods/exec",
      "get apps/deployments",
      "list /pods",
    ]);
  });

  /** As much of a cluster as says which kinds there are: kubectl asks for that also in a dry run. */
  test.skipIf(spawnSync("kubectl", ["--help"]).status !== 0)("are taken by kubectl", async () => {
    const groups: Record<string, Record<string, string>> = {
      v1: {
        Namespace: "namespaces",
        PersistentVolumeClaim: "persistentvolumeclaims",
        ServiceAccount: "serviceaccounts",
      },
      "apps/v1": { Deployment: "deployments" },
      "rbac.authorization.k8s.io/v1": { Role: "roles", RoleBinding: "rolebindings" },
    };
    const list = (groupVersion: string) => ({
      kind: "APIResourceList",
      groupVersion,
      resources: Object.entries(groups[groupVersion] ?? {}).map(([kind, name]) => ({
        kind,
        name,
        singularName: kind.toLowerCase(),
        namespaced: kind !== "Namespace",
        verbs: ["create", "get"],
      })),
    });
    const server = createServer(({ url = "" }, response) => {
      const path = url.replace(/\?.*/, "");
      const answer =
        path === "/api"
          ? { kind: "APIVersions", versions: ["v1"] }
          : path === "/apis"
            ? {
                kind: "APIGroupList",
                groups: ["apps", "rbac.authorization.k8s.io"].map((name) => {
                  const version = { groupVersion: `${name}/v1`, version: "v1" };
                  return { name, versions: [version], preferredVersion: version };
                }),
              }
            : list(path.replace(/^\/apis?\//, ""));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const child = spawn(
      "kubectl",
      [
        ...["-s", `http://127.0.0.1:${port}`, "create", "--dry-run=client", "--validate=false", "-o", "name"],
        ...FILES.flatMap((name) => ["-f", pathOf(name)]),
      ],
      {
        env: { PATH: process.env["PATH"], HOME: temporaryDirectory(), KUBECONFIG: "/dev/null" },
        stdio: "pipe",
      },
    );
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += String(part)));
    await once(child, "close");
    expect(said.trim().split("\n")).toEqual([
      "namespace/claude-workspaces",
      "persistentvolumeclaim/shop",
      "deployment.apps/shop",
      "serviceaccount/mm-claude",
      "role.rbac.authorization.k8s.io/mm-claude",
      "rolebinding.rbac.authorization.k8s.io/mm-claude",
    ]);
  });
});

test("the compose file has keys that there are, and mounts the volumes that it makes", () => {
  const service = z.strictObject({
    build: z.strictObject({ dockerfile_inline: text }),
    init: z.boolean(),
    command: z.array(text),
    restart: z.enum(["no", "always", "on-failure", "unless-stopped"]),
    security_opt: z.array(text),
    cap_drop: z.array(text),
    volumes: z.array(text.regex(/^[a-z]+:\/\S+$/)),
  });
  const schema = z.strictObject({
    services: z.strictObject({ shop: service }),
    volumes: z.record(text, z.null()),
  });
  const { services, volumes } = schema.parse(parse(read("elsewhere/compose.yaml")));
  expect(services.shop.volumes.map((one) => one.split(":")[0])).toEqual(Object.keys(volumes));
});

test("every runner that is named there is taken, and reaches what it names", () => {
  const inFiles = ["elsewhere/compose.yaml", ...FILES, "elsewhere.md"].flatMap((name) =>
    [...read(name).matchAll(/\brunner: (.+)$/gm)].map(([, words = ""]) => words),
  );
  const inTable = [...read("elsewhere.md").matchAll(/^\| (`.+`) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words),
  );
  const all = [...inFiles, ...inTable].filter((words) => words !== "runner");
  const names = all.map((words) => {
    const parsed = parseRunner(words);
    return "value" in parsed ? remoteOf(parsed.value).name : parsed.problem;
  });
  expect(names.length).toBeGreaterThan(8);
  expect(new Set(names)).toEqual(new Set(["shop", "deploy/shop", "dev@build1", "shop-dev"]));
});
