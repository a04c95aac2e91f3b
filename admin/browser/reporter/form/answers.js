// What is typed and chosen in the form, but for what belongs to the page or to files.

const NOT_OURS = ["token", "page", "website", "kept", "files", "originals"];

/** @type {(form: HTMLFormElement) => KeptForm["answers"]} */
export const answersNow = (form) =>
  /** @type {KeptForm["answers"]} */ (
    Array.from(new FormData(form)).filter(
      ([name, value]) =>
        typeof value === "string" && value && !NOT_OURS.includes(name) && !/^file-/.test(name),
    )
  );
