// Making elements without ever parsing a text as HTML, and keeping the ones on the page when their content changes.

type Child = Node | string | undefined | false;

type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

/** `onclick: f` listens, `true` sets an empty attribute, `undefined` and `false` set none. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  send: "M3 20.5v-6.8L12 12 3 10.3V3.5L21.5 12z",
  attach:
    "M16.5 6v11a4.5 4.5 0 0 1-9 0V5.5a3 3 0 0 1 6 0V16a1.5 1.5 0 0 1-3 0V6H9v10a3 3 0 0 0 6 0V5.5a4.5 4.5 0 0 0-9 0V17a6 6 0 0 0 12 0V6z",
  close: "M6.4 5 5 6.4 10.6 12 5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4L13.4 12 19 6.4 17.6 5 12 10.6z",
  reply: "M10 9V5l-7 7 7 7v-4.1c5 0 8.5 1.6 11 5.1-1-5-4-10-11-11z",
  react:
    "M11 3a9 9 0 1 0 8.6 11.7l-1.9-.6A7 7 0 1 1 14.6 6l.7-1.9A9 9 0 0 0 11 3zM8 8.2a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6zm6 0a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6zM6.6 13a4.6 4.6 0 0 0 8.8 0zM19 2h2v3h3v2h-3v3h-2V7h-3V5h3z",
  menu: "M3 6h18v2H3zm0 5h18v2H3zm0 5h18v2H3z",
  lock: "M7 10V7a5 5 0 0 1 10 0v3h2v11H5V10zm2 0h6V7a3 3 0 0 0-6 0z",
  people:
    "M9 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm7 1a3.5 3.5 0 1 1-1 6.8 5.9 5.9 0 0 0 0-6.6zM9 14c4 0 7 2 7 4.5V20H2v-1.5C2 16 5 14 9 14zm8.6.2c2.6.4 4.4 1.9 4.4 3.9V20h-4v-1.5c0-1.7-.7-3.2-2-4.3z",
  theme: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2v14a7 7 0 0 1 0-14z",
  file: "M6 2h8l6 6v14H6a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm7 1.8V9h5.2z",
  down: "M12 16.5 4.5 9 6 7.5l6 6 6-6L19.5 9z",
  copy: "M8 3h11a2 2 0 0 1 2 2v12h-2V5H8zM5 7h9a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V9c0-1.1.9-2 2-2zm0 2v11h9V9z",
} as const;

export function icon(name: keyof typeof ICONS): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Makes `parent` hold what `next` holds with as few changes as it can: selection, scrolling and focus survive. */
export function morph(parent: Element, next: ParentNode): void {
  const wanted = [...next.childNodes];
  const present = [...parent.childNodes];
  for (const [at, node] of wanted.entries()) {
    const old = present[at];
    if (old === undefined) parent.append(node);
    else if (!old.isEqualNode(node) && !become(old, node)) old.replaceWith(node);
  }
  for (const old of present.slice(wanted.length)) old.remove();
}

/** A button for one emoji never becomes that for another. */
function become(old: Node, node: Node): boolean {
  const areElements = old instanceof HTMLElement && node instanceof HTMLElement;
  if (!areElements || old.tagName !== node.tagName || old.dataset["emoji"] !== node.dataset["emoji"]) {
    return false;
  }
  for (const { name } of [...old.attributes]) if (!node.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of node.attributes) old.setAttribute(name, value);
  morph(old, node);
  return true;
}

/** When what has the focus goes away or moves while `draw` runs, `element` has it then. */
export function keepFocus(element: HTMLElement, draw: () => void): void {
  const focused = document.activeElement;
  draw();
  if (!(focused instanceof HTMLElement) || document.activeElement === focused) return;
  const holder = focused.isConnected ? focused : element;
  holder.focus({ preventScroll: true });
}
