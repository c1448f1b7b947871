// The errors the API answers with, in Mattermost's words (7.10). Knows nothing of HTTP libraries.

export class ApiError extends Error {
  readonly id: string;
  readonly status: number;
  readonly detail: string;

  constructor(status: number, id: string, message: string, detail = "") {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.id = id;
    this.detail = detail;
  }
}

export const refused = () =>
  new ApiError(403, "api.context.permissions.app_error", "You do not have the appropriate permissions.");

export const unauthorized = () =>
  new ApiError(
    401,
    "api.context.session_expired.app_error",
    "Invalid or expired session, please login again.",
  );

export const noSuchPost = (id: string) =>
  new ApiError(404, "app.post.get.app_error", "Unable to get the post.", `resource: Post id: ${id}`);

export const noSuchChannel = (id: string) =>
  new ApiError(
    404,
    "app.channel.get.existing.app_error",
    "Unable to find the existing channel.",
    `resource: Channel id: ${id}`,
  );

export const noSuchUser = (id: string) =>
  new ApiError(
    404,
    "app.user.missing_account.const",
    "Unable to find the user.",
    `failed to find User: resource: User id: ${id}`,
  );

export const noSuchUsername = (username: string) =>
  new ApiError(
    404,
    "app.user.get_by_username.app_error",
    "Unable to find an existing account matching your username for this team. This team may require an invite from the team owner to join.",
    `failed to find User: resource: User id: username=${username}`,
  );

export const badBody = (name: string) =>
  new ApiError(
    400,
    "api.context.invalid_body_param.app_error",
    `Invalid or missing ${name} in request body.`,
  );

export const badUrl = (name: string) =>
  new ApiError(
    400,
    "api.context.invalid_url_param.app_error",
    `Invalid or missing ${name} parameter in request URL.`,
  );

export const tooLarge = () =>
  new ApiError(
    413,
    "api.context.request_body_too_large.app_error",
    "The request is larger than the server accepts.",
  );
