// Puts a project's routines together: what runs them, and what people say about them. Most projects have none, so
// neither is there before something is kept or somebody asks.

import { BOOK_KIND, type Book, EMPTY } from "../routines/book.ts";
import { authorize } from "../session/authorization.ts";
import type { ProjectCards } from "../session/project-commands.ts";
import { type NamedProject, projectDocument } from "./project-document.ts";
import { RoutineCommands } from "./routine-commands.ts";
import { keptBook, Routines } from "./routines.ts";
import type { ProjectPlace, ServedProject } from "./served-project.ts";

type RoutinesProject = Pick<ServedProject, "name" | "ready" | "rightsOf" | "sessions" | "start">;

interface Made {
  readonly routines: Routines;
  readonly commands: RoutineCommands;
}

const NO_CARDS: ProjectCards = { open: () => [], take: () => false };

export class ProjectRoutines {
  readonly #project: RoutinesProject;
  readonly #place: ProjectPlace;
  /** As it was named when its document was read. */
  readonly #named: NamedProject;
  #made: Made | undefined;
  #isOpen = false;

  constructor(project: RoutinesProject, place: ProjectPlace) {
    this.#project = project;
    this.#place = place;
    this.#named = project.ready.project;
    const kept = keptBook(this.#document, place.connection.folder);
    this.#made = kept && this.#make(kept);
  }

  get commands(): Pick<RoutineCommands, "make" | "list"> {
    if (!this.#made) {
      this.#made = this.#make(EMPTY);
      this.#begin();
    }
    return this.#made.commands;
  }

  get cards(): ProjectCards {
    return this.#made?.commands.cards ?? NO_CARDS;
  }

  /** Runs begin from now on. */
  open(): void {
    this.#isOpen = true;
    this.#begin();
  }

  close(): void {
    this.#isOpen = false;
    this.#made?.routines.close();
  }

  #begin(): void {
    if (this.#isOpen && this.#made) {
      const { routines, commands } = this.#made;
      routines.open(commands.expire);
    }
  }

  get #document(): string {
    return projectDocument(BOOK_KIND, this.#place.channelId, this.#named);
  }

  #make(book: Book): Made {
    const { connection, api, audit, channelId, reply } = this.#place;
    const { bot, clock, folder, log, postLimit, links, timeZone, users } = connection;
    const { rightsOf, sessions } = this.#project;
    const may = (action: "start" | "approve") => (id: Parameters<typeof rightsOf>[0]) =>
      authorize(action, id, undefined, rightsOf);
    const [mayStart, mayApprove] = [may("start"), may("approve")];
    const shared = {
      api,
      clock,
      log,
      timeZone,
      sessions,
      linkTo: links.thread,
      audit: audit.append.bind(audit),
    };
    const routines = new Routines(
      {
        ...shared,
        document: this.#document,
        folder,
        channelId,
        botId: bot.id,
        userById: (id) => users.byId(id),
        mayStart,
        start: (asked) => this.#project.start(asked),
        isServed: () => !this.#place.isAway() && this.#place.names().includes(this.#project.name),
      },
      book,
    );
    const commands = new RoutineCommands({
      ...shared,
      routines,
      postLimit,
      reply,
      rights: (id) => ({ mayStart: mayStart(id), mayApprove: mayApprove(id) }),
    });
    return { routines, commands };
  }
}
