// Days as they are written everywhere: 2026-11-30, in Asia/Shanghai whatever the machine's own zone.

const SHANGHAI = 8 * 3600 * 1000;

export const today = () => new Date(Date.now() + SHANGHAI).toISOString().slice(0, 10);

// Whether it is one that a calendar has.
/** @type {(text: unknown) => text is string} */
export function isDay(text) {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const found = new Date(text);
  return !Number.isNaN(found.getTime()) && found.toISOString().slice(0, 10) === text;
}
