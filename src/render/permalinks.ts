// Links to posts in what others wrote. Below a message, the server shows the post that the first bare link of the
// message leads to (7.10 to 11). So a card of mm-claude's could say "Allowed" below Claude's words. Such a link stays a
// link, but nothing is shown below it.

/**
 * For the clients the first character is white space, so it ends the link. For the server it does not, and the server's
 * pattern allows nothing after the post's id, so it finds no link. Both characters take no room; the second keeps the
 * first from being trimmed.
 */
const END_OF_LINK = "\ufeff\u200b";

/**
 * A simple Markdown link, below which nothing is shown; or what the server takes for a bare link, up to ASCII white
 * space or an angle bracket.
 */
const LINK =
  /(?<!\\)\[[^[\]\\`<>\n]{0,300}\]\([^\s()<>\\&]{0,500}\)|(?:https?:\/\/|www\d{0,3}\.)[^ \t\n\v\f\r<>]*/gi;

const POST_ID = /\/[a-z0-9]{26}(?![a-z0-9\ufeff])/g;

/** `text`, which is no code, with links that show no post. */
export function quietLinks(text: string): string {
  return text.includes("/")
    ? text.replace(LINK, (link) => (link.startsWith("[") ? link : quietLink(link)))
    : text;
}

function quietLink(link: string): string {
  if (link.includes("/pl/")) {
    return link.replace(POST_ID, `$&${END_OF_LINK}`);
  }
  // The server reads it without its backslashes and character references.
  const plain = unescaped(link);
  return plain !== link && plain.includes("/pl/")
    ? `${link.slice(0, 1)}${END_OF_LINK}${link.slice(1)}`
    : link;
}

function unescaped(link: string): string {
  return link
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .replace(
      /&(?:#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))|[a-z]{2,32});/gi,
      (_reference, hex?: string, decimal?: string) => {
        const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : "/".charCodeAt(0);
        return code <= 0x10ffff ? String.fromCodePoint(code) : "";
      },
    );
}
