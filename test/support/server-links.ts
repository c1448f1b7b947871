// What a Mattermost server (10.11) takes for bare links in a message, and which of them lead to a post it then shows below:
// its reading of inline Markdown, as far as that matters here.

/** The posts that links in `message` would show, were each the first. */
export function embeddedPosts(message: string, siteUrl: string): string[] {
  return bareLinks(message).flatMap((link) => {
    const url = resolved(unescaped(link.replace(/^www/i, (www) => `http://${www}`)));
    const path = url?.startsWith(siteUrl) ? url.slice(siteUrl.length).replace(/^\//, "") : "";
    return /^[0-9a-z_-]{1,64}\/pl\/[a-z0-9]{26}$/.test(path) ? [path.slice(-26)] : [];
  });
}

/** Those outside code and brackets that are still open; a bracket is closed with a link or without. */
function bareLinks(text: string): string[] {
  const found: string[] = [];
  const open: { isActive: boolean; isImage: boolean }[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    const rest = text.slice(at);
    if (char === "\\") {
      at += 2;
    } else if (char === "`") {
      const run = /^`+/.exec(rest)?.[0] ?? "";
      const end = new RegExp(`(?<!\`)${run}(?!\`)`).exec(rest.slice(run.length));
      at += end ? run.length + end.index + run.length : run.length;
    } else if (char === "[" || rest.startsWith("![")) {
      open.push({ isActive: true, isImage: char === "!" });
      at += char === "!" ? 2 : 1;
    } else if (char === "]") {
      const last = open.pop();
      const target = last?.isActive ? /^\]\(\s*(?:<[^<>\n]*>|[^\s()<>]*)\s*\)/.exec(rest)?.[0] : undefined;
      if (target !== undefined && !last?.isImage) {
        for (const bracket of open) {
          bracket.isActive &&= bracket.isImage;
        }
      }
      at += target?.length ?? 1;
    } else {
      const isLink = (char === ":" || /w/i.test(char)) && !open.some((bracket) => bracket.isActive);
      const link = isLink ? linkAt(text, at) : undefined;
      if (link) {
        found.push(link);
        at = text.indexOf(link, Math.max(0, at - 10)) + link.length;
      } else {
        at++;
      }
    }
  }
  return found;
}

function linkAt(text: string, at: number): string | undefined {
  const scheme = /[a-z0-9]*$/i.exec(text.slice(Math.max(0, at - 12), at))?.[0] ?? "";
  const isUrl = text.startsWith("://", at) && /^https?$/i.test(scheme);
  const isWww = /^www\d{0,3}\./.test(text.slice(at)) && /[\s*_~)<(>]/.test(text.charAt(at - 1) || " ");
  if (!isUrl && !isWww) {
    return undefined;
  }
  const from = isUrl ? at - scheme.length : at;
  let link = /^[^ \t\n\v\f\r<>]*/.exec(text.slice(from))?.[0] ?? "";
  for (let before = ""; before !== link; ) {
    before = link;
    link = link.replace(/(?:[?!.,:*_~'"]|&[a-z]+;|;)$/i, "");
    if (link.endsWith(")") && (link.match(/\)/g)?.length ?? 0) > (link.match(/\(/g)?.length ?? 0)) {
      link = link.slice(0, -1);
    }
  }
  return link;
}

function unescaped(link: string): string {
  const named: Readonly<Record<string, string>> = { sol: "/", amp: "&", period: ".", lowbar: "_" };
  return link
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .replace(/&#x([0-9a-f]+);/gi, (_all, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code)))
    .replace(/&(\w+);/g, (all, name) => named[name] ?? all);
}

/** With dots in its path followed, and without an empty fragment. */
function resolved(link: string): string | undefined {
  const [, scheme = "", host = "", path = "", more = ""] =
    /^(https?):\/\/([^/?#]*)([^?#]*)(.*)$/i.exec(link) ?? [];
  const steps: string[] = [];
  for (const step of path.split("/").slice(1)) {
    if (step === "..") {
      steps.pop();
    } else if (step !== ".") {
      steps.push(step);
    }
  }
  return `${scheme.toLowerCase()}://${host}/${steps.join("/")}${more === "#" ? "" : more}`;
}
