// What takes the commands that are about a project.

import type { ProjectCommand, ProjectCommandName } from "../session/project-commands.ts";

export type ProjectCommandHandlers = Partial<
  Readonly<Record<ProjectCommandName, (command: ProjectCommand) => void>>
>;

export const projectCommands =
  (handlers: ProjectCommandHandlers) =>
  (command: ProjectCommand): void =>
    handlers[command.name]?.(command);
