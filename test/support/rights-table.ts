// Who may do what, stated once more in the words of docs/security.md, over a few projects, people and sessions: what the
// real ones are held against. Asks the code nothing.

import type { HeardClaude } from "./channels-world.ts";

export const PEOPLE = ["ann", "ben", "cid", "dee", "eve"] as const;
/** Bot accounts: one that some projects list, and one that none does. */
export const BUILDER = "builder";
export const ROBOT = "robot";
export const DIRECT = "directMessages";
export const directOf = (person: string): string => `dm-${person}`;
const isDirect = (channel: string): boolean => channel.startsWith("dm-");

/** Who may do what in a project; undefined: everyone. */
export interface Lists {
  readonly allowed: readonly string[] | undefined;
  readonly approvers: readonly string[] | undefined;
  readonly isBuilderListed: boolean;
}

/** `channel`: undefined for direct messages. */
export interface Setting extends Lists {
  readonly name: string;
  readonly channel: string | undefined;
}

export interface SessionKnown {
  readonly thread: string;
  readonly channel: string;
  readonly project: string;
  readonly owner: string;
  readonly invited: Set<string>;
  readonly claude: HeardClaude;
  /** Somebody who may has allowed all its tools. */
  isAuto: boolean;
}

export class RightsTable {
  /** As they are now, or as they were when they were last served. */
  readonly #settings = new Map<string, Setting>();
  readonly #inactive = new Set<string>();
  #served: readonly string[] = [];

  serve(settings: readonly Setting[]): void {
    for (const setting of settings) this.#settings.set(setting.name, setting);
    this.#served = settings.map(({ name }) => name);
  }

  get served(): readonly Setting[] {
    return this.known(this.#served);
  }

  known(names: readonly string[]): readonly Setting[] {
    return names.flatMap((name) => this.#settings.get(name) ?? []);
  }

  /** The account is another one from now on; true: it is active again. */
  switched(person: string): boolean {
    const isBack = this.#inactive.delete(person);
    if (!isBack) this.#inactive.add(person);
    return isBack;
  }

  isPerson(id: string): boolean {
    return PEOPLE.some((name) => name === id) && !this.#inactive.has(id);
  }

  isListed(id: string, project: string): boolean {
    const lists = this.#settings.get(project);
    return lists !== undefined && this.isPerson(id) && (lists.allowed?.includes(id) ?? true);
  }

  mayApprove(id: string, { project }: SessionKnown): boolean {
    return this.isListed(id, project) && (this.#settings.get(project)?.approvers?.includes(id) ?? true);
  }

  mayStart(id: string, project: string): boolean {
    return this.isListed(id, project) || this.#isBot(id, project);
  }

  /** A bot only where it has begun. */
  maySpeak(id: string, session: SessionKnown): boolean {
    return this.mayTalk(id, session) || (id === session.owner && this.#isBot(id, session.project));
  }

  #isBot(id: string, project: string): boolean {
    return id === BUILDER && this.#settings.get(project)?.isBuilderListed === true;
  }

  /** As people do: speak, and stop. */
  mayTalk(id: string, { project, invited }: SessionKnown): boolean {
    return this.isListed(id, project) || (this.isPerson(id) && invited.has(id));
  }

  /** Which project a first message is for, with `in NAME:` or without; undefined: none. */
  meant(channel: string, named: string | undefined): string | undefined {
    const here = this.served.filter((one) =>
      one.channel === undefined ? isDirect(channel) : one.channel === channel,
    );
    const named_ = here.find(({ name }) => name.toLowerCase() === named?.toLowerCase());
    // Where there is only one, other words are a sentence.
    const isOfFirst = named === undefined || here.length === 1;
    return (named_ ?? (isOfFirst ? here[0] : undefined))?.name;
  }

  isListedElsewhere(id: string, project: string | undefined): boolean {
    return this.#served.some((name) => name !== project && this.isListed(id, name));
  }
}
