// The sizes the sandbox answers with and refuses beyond.

/** Code points in a post, as on a 7.10 server with a current database. */
export const MAX_POST_SIZE = 16_383;
export const MAX_FILE_BYTES = 50 * 1024 * 1024;
export const MAX_JSON_BYTES = 1024 * 1024;
