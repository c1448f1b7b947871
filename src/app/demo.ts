// The demo command: loads the sandbox, which is a separate project, and lets it start the bridge.

import { join } from "node:path";
import { claudeVersion } from "../claude/version.ts";
import { type Project, projectDefaults } from "../config/project.ts";
import { type Config, defaultSettings } from "../config/settings.ts";
import type { LogFormat } from "../terminal/daemon-output.ts";
import { openDaemonOutput } from "../terminal/open-output.ts";
import { openBrowser } from "../util/browser.ts";
import type { Links } from "./links.ts";
import type { ProjectsSource } from "./project-updates.ts";

export interface DemoFlags {
  readonly port?: number | undefined;
  readonly isScripted: boolean;
  readonly opensBrowser: boolean;
}

interface DemoHost {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** The settings that the sandbox chooses. */
type Made = Pick<Config, "url" | "token" | "channelId" | "allowedUsers" | "claudePath" | "directory"> & {
  readonly channels: PerProject;
  readonly directories: PerProject;
  readonly directMessages: true;
};

interface PerProject {
  readonly shop: string;
  readonly docs: string;
}

type Run<Settings, More extends unknown[] = []> = (
  settings: Settings,
  environment: NodeJS.ProcessEnv,
  stateHome: string,
  links: Links,
  ...more: More
) => Promise<number>;

/** What the sandbox's module has for us; held to it by a test. */
export interface SandboxModule {
  demo(
    flags: DemoFlags,
    host: DemoHost & {
      readonly say: (text: string) => void;
      readonly introduce: (title: string, rows: readonly (readonly [name: string, value: string])[]) => void;
      readonly openBrowser: (address: string) => void;
      readonly claudeVersion: (path: string) => Promise<string>;
      readonly run: Run<Made>;
    },
  ): Promise<number>;
}

/** Runs until a signal ends it; gives the exit code. */
export async function runDemo(
  flags: DemoFlags,
  host: DemoHost & {
    readonly logFormat: LogFormat | undefined;
    /** Where its module is, built: no import that a compiler follows, so that `src` stands without it. */
    readonly sandbox: string;
    readonly run: Run<Config, [projects: ProjectsSource]>;
  },
): Promise<number> {
  const { demo } = (await import(host.sandbox)) as SandboxModule;
  // Its lines are those of the daemon that follows, for people and programs alike.
  const format = host.logFormat ?? "text";
  const output = await openDaemonOutput({ format, linkOf: () => "" }, host.environment);
  return demo(flags, {
    ...host,
    say: (text) => output.say(text),
    introduce(title, rows) {
      output.banner(title, rows);
      output.gap();
    },
    openBrowser: (address) =>
      void openBrowser(address, {
        platform: process.platform,
        environment: host.environment,
        isTerminal: process.stdout.isTTY,
      }),
    claudeVersion: (path) => claudeVersion(path),
    run({ channels, directories, directMessages: _, ...made }, environment, stateHome, links) {
      const config: Config = { ...defaultSettings(), ...made, debug: false };
      const projects = demoProjects(config, channels, directories);
      const source = { path: join(stateHome, "projects.yaml"), read: () => projects };
      return host.run(config, environment, stateHome, links, source);
    },
  });
}

/** Two channels with a directory each, and direct messages. */
function demoProjects(config: Config, channels: PerProject, directories: PerProject): readonly Project[] {
  const defaults = projectDefaults(config);
  const project = (name: keyof PerProject): Project => ({
    ...defaults,
    name,
    origin: "file",
    channel: channels[name],
    directory: directories[name],
  });
  const direct: Project = {
    ...defaults,
    name: "direct",
    origin: "direct",
    channel: undefined,
    directory: directories.shop,
  };
  return [project("shop"), { ...project("docs"), prewarm: 0 }, { ...direct, prewarm: 0 }];
}
