// As much of a page as our scripts need under Node: elements, their attributes, their texts, and the
// selectors that we use. What a browser really does with them is for the tests in Chromium.

class Node extends EventTarget {
  parentNode = null;

  get nextElementSibling() {
    const all = this.parentNode.children;
    return all[all.indexOf(this) + 1] ?? null;
  }

  get parentElement() {
    return this.parentNode instanceof Element ? this.parentNode : null;
  }

  get isConnected() {
    return this === document || Boolean(this.parentNode?.isConnected);
  }

  remove() {
    this.parentNode?.childNodes.splice(this.parentNode.childNodes.indexOf(this), 1);
    this.parentNode = null;
  }

  before = (...nodes) => this.#beside(0, nodes);
  after = (...nodes) => this.#beside(1, nodes);

  replaceWith(...nodes) {
    this.before(...nodes);
    this.remove();
  }

  #beside(step, nodes) {
    const { parentNode } = this;
    for (const node of nodes.flatMap(piecesOf)) {
      node.remove();
      const at = parentNode.childNodes.indexOf(this);
      parentNode.childNodes.splice(at + step, 0, node);
      node.parentNode = parentNode;
      if (step) step += 1;
    }
  }

  // An event that bubbles is heard all the way up.
  dispatchEvent(event) {
    const isOurs = !event.from;
    if (isOurs) {
      event.from = this;
      Object.defineProperty(event, "target", { value: this, configurable: true });
    }
    for (let node = this; node; node = event.bubbles ? node.parentNode : null) {
      for (const listen of node.listeners?.[event.type] ?? []) listen.call(node, event);
    }
    return !event.defaultPrevented;
  }

  addEventListener(type, listen) {
    this.listeners ??= {};
    this.listeners[type] ??= [];
    this.listeners[type].push(listen);
  }

  removeEventListener(type, listen) {
    const all = this.listeners?.[type] ?? [];
    if (all.includes(listen)) all.splice(all.indexOf(listen), 1);
  }
}

class Text extends Node {
  constructor(text) {
    super();
    this.textContent = String(text);
  }

  cloneNode = () => new Text(this.textContent);
}

const piecesOf = (one) => {
  if (!(one instanceof Node)) return [new Text(one)];
  return one.tagName === "#FRAGMENT" ? [...one.childNodes] : [one];
};

const dashed = (name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export class Element extends Node {
  constructor(tag, attributes = {}, ...children) {
    super();
    this.tagName = tag.toUpperCase();
    this.attributes = new Map(Object.entries(attributes));
    this.childNodes = [];
    this.style = {};
    this.value = attributes.value ?? "";
    this.defaultValue = this.value;
    this.checked = this.defaultChecked = "checked" in attributes;
    this.disabled = false;
    this.files = [];
    this.dataset = new Proxy(this, {
      get: (_target, name) =>
        name === "toJSON" ? undefined : (this.getAttribute(dashed(name)) ?? undefined),
      set: (_target, name, value) => this.setAttribute(dashed(name), value) ?? true,
      has: (_target, name) => this.attributes.has(dashed(name)),
    });
    this.append(...children);
  }

  get children() {
    return this.childNodes.filter((node) => node instanceof Element);
  }

  // A form's fields: all of them, and each by its name.
  get elements() {
    const fields = this.querySelectorAll("input, textarea, select, button");
    return Object.assign(fields, Object.fromEntries(fields.map((field) => [field.name, field])));
  }

  get firstChild() {
    return this.childNodes[0] ?? null;
  }

  get textContent() {
    return this.childNodes.map((node) => node.textContent).join("");
  }

  set textContent(text) {
    for (const node of [...this.childNodes]) node.remove();
    if (text) this.append(text);
  }

  // What a template holds, or what a meta tag says.
  get content() {
    return this.fragment ?? this.getAttribute("content");
  }

  set content(text) {
    this.setAttribute("content", text);
  }

  append(...nodes) {
    for (const node of nodes.flatMap(piecesOf)) {
      node.remove();
      node.parentNode = this;
      this.childNodes.push(node);
    }
  }

  cloneNode(isDeep) {
    const made = new Element(this.tagName.toLowerCase(), Object.fromEntries(this.attributes));
    if (isDeep) made.append(...this.childNodes.map((node) => node.cloneNode(true)));
    return made;
  }

  getAttribute = (name) => this.attributes.get(name) ?? null;
  hasAttribute = (name) => this.attributes.has(name);
  setAttribute = (name, value) => void this.attributes.set(name, String(value));
  removeAttribute = (name) => void this.attributes.delete(name);

  get classList() {
    const names = new Set(this.className.split(" ").filter(Boolean));
    const write = () => {
      this.className = [...names].join(" ");
    };
    return {
      add: (name) => write(names.add(name)),
      remove: (name) => write(names.delete(name)),
      contains: (name) => names.has(name),
    };
  }

  matches(selector) {
    return selector.split(",").some((one) => fits(this, one.trim().split(/\s+/)));
  }

  closest(selector) {
    for (let node = this; node instanceof Element; node = node.parentNode) {
      if (node.matches(selector)) return node;
    }
    return null;
  }

  contains(other) {
    for (let node = other; node; node = node.parentNode) if (node === this) return true;
    return false;
  }

  querySelectorAll(selector) {
    return this.children.flatMap((child) => [
      ...(child.matches(selector) ? [child] : []),
      ...child.querySelectorAll(selector),
    ]);
  }

  querySelector = (selector) => this.querySelectorAll(selector)[0] ?? null;

  insertAdjacentElement = (_place, node) => this.after(node);

  focus() {
    document.activeElement = this;
  }

  click() {
    this.dispatchEvent(Object.assign(new Event("click", { cancelable: true, bubbles: true })));
  }

  scrollIntoView() {}
}

// What stands in attributes and is read as a property.
for (const [name, attribute] of [
  ["id", "id"],
  ["className", "class"],
  ["type", "type"],
  ["name", "name"],
  ["dir", "dir"],
  ["href", "href"],
  ["lang", "lang"],
]) {
  Object.defineProperty(Element.prototype, name, {
    get() {
      return this.getAttribute(attribute) ?? "";
    },
    set(value) {
      this.setAttribute(attribute, value);
    },
  });
}
for (const name of ["hidden", "open"]) {
  Object.defineProperty(Element.prototype, name, {
    get() {
      return this.hasAttribute(name);
    },
    set(value) {
      if (value) this.setAttribute(name, "");
      else this.removeAttribute(name);
    },
  });
}

// The last part of a selector fits the element, and those before it some that hold it.
function fits(element, parts) {
  if (!fitsOne(element, parts.at(-1))) return false;
  const outer = parts.slice(0, -1);
  if (!outer.length) return true;
  for (let node = element.parentNode; node instanceof Element; node = node.parentNode) {
    if (fits(node, outer)) return true;
  }
  return false;
}

const PIECE = /^([a-z0-9-]+)|#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:(\^)?="?([^"\]]*)"?)?\]|:(checked)/g;

function fitsOne(element, selector) {
  if ([...selector.matchAll(PIECE)].map(([whole]) => whole).join("") !== selector)
    throw new Error(`a selector that this page does not know: ${selector}`);
  return [...selector.matchAll(PIECE)].every(
    ([, tag, id, className, name, start, value, state]) => {
      if (tag) return element.tagName === tag.toUpperCase();
      if (id) return element.id === id;
      if (className) return element.classList.contains(className);
      if (state) return element.checked;
      const own = element.getAttribute(name);
      if (value === undefined) return own !== null;
      return own !== null && (start ? own.startsWith(value) : own === value);
    },
  );
}

// A template's content is a fragment, which gives what it holds to whom it is appended to.
export function template(id, ...children) {
  const made = new Element("template", { id });
  made.fragment = new Element("#fragment", {}, ...children);
  return made;
}

export const make = (tag, attributes, ...children) => new Element(tag, attributes, ...children);

// Opens a page with these elements: sets `document` and `window` of the whole process.
export function openPage(...children) {
  const page = new Element("#document");
  globalThis.document = page;
  page.documentElement = make("html", { lang: "zh-CN" });
  page.body = make("body", {}, ...children);
  page.append(page.body);
  page.activeElement = page.body;
  page.createElement = (tag) => make(tag);
  page.getElementById = (id) => page.querySelector(`#${id}`);
  const scope = new Node();
  globalThis.window = Object.assign(scope, { scrollTo() {}, crypto: globalThis.crypto });
  globalThis.Element = Element;
  return page;
}

// What a reader sees of an element, piece by piece: its texts, but for what is hidden.
export function read(element) {
  if (element instanceof Text) return element.textContent ? [element.textContent] : [];
  return element.hidden ? [] : element.childNodes.flatMap(read);
}

// The values of a form's fields, as FormData takes them.
export class FormData {
  constructor(form) {
    const fields = form.querySelectorAll("input, textarea, select");
    this.rows = fields
      .filter(({ type, checked }) => !["checkbox", "radio"].includes(type) || checked)
      .map(({ name, value }) => [name, value]);
  }

  get = (name) => this.getAll(name)[0] ?? null;
  getAll = (name) => this.rows.filter(([one]) => one === name).map(([, value]) => value);

  [Symbol.iterator]() {
    return this.rows.values();
  }
}
