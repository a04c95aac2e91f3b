// Shows what is wrong as the server's pages do: a summary on top, and a sentence at the field.

const SUMMARY = "error-summary";

// `field` may be null where no field is at fault.
export function showFault(view, title, text, field) {
  clearFaults(view);
  const line = element("li", field ? "" : text);
  if (field) {
    const link = element("a", text);
    link.href = `#${field.id}`;
    line.append(link);
    markField(field, text);
  }
  const list = document.createElement("ul");
  list.append(line);
  const summary = element("div", "", "error-summary");
  summary.id = SUMMARY;
  summary.tabIndex = -1;
  summary.setAttribute("role", "alert");
  summary.append(element("h2", title), list);
  view.querySelector("h1").after(summary);
  summary.focus();
}

export function clearFaults(view) {
  view.querySelectorAll(`#${SUMMARY}, #unknown, .field__error`).forEach((node) => node.remove());
  view.querySelectorAll("[aria-invalid]").forEach((field) => {
    field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", `${field.id}-hint`);
    field.closest(".field").classList.remove("field--error");
  });
}

export function element(name, text, className) {
  const node = document.createElement(name);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

function markField(field, text) {
  const sentence = element("p", text, "field__error");
  sentence.id = `${field.id}-error`;
  field.before(sentence);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${field.id}-hint ${sentence.id}`);
  field.closest(".field").classList.add("field--error");
}
