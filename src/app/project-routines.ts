// Puts a project's routines together: what runs them, and what people say about them.

import { BOOK_KIND } from "../routines/book.ts";
import { authorize } from "../session/authorization.ts";
import { projectDocument } from "./project-document.ts";
import { RoutineCommands } from "./routine-commands.ts";
import { Routines } from "./routines.ts";
import type { ProjectPlace, ServedProject } from "./served-project.ts";

export interface ProjectRoutines {
  readonly commands: Pick<RoutineCommands, "make" | "list" | "cards">;
  readonly open: () => void;
  readonly close: () => void;
}

/** A document for each project of a channel. */
export function projectRoutines(
  project: Pick<ServedProject, "name" | "ready" | "rightsOf" | "sessions" | "start">,
  place: ProjectPlace,
): ProjectRoutines {
  const { connection, api, audit, channelId, isAway, names, reply } = place;
  const { bot, clock, folder, log, postLimit, links, timeZone, users } = connection;
  const { rightsOf, sessions, start } = project;
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
  const routines = new Routines({
    ...shared,
    document: projectDocument(BOOK_KIND, channelId, project.ready.project),
    folder,
    channelId,
    botId: bot.id,
    userById: (id) => users.byId(id),
    mayStart,
    start,
    isServed: () => !isAway() && names().includes(project.name),
  });
  const commands = new RoutineCommands({
    ...shared,
    routines,
    postLimit,
    reply,
    rights: (id) => ({ mayStart: mayStart(id), mayApprove: mayApprove(id) }),
  });
  return {
    commands,
    open: () => routines.open(commands.expire),
    close: () => routines.close(),
  };
}
