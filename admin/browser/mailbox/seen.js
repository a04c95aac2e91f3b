// Up to where the answers came: what admin/mailbox/seeing.py finds.

// Longer than a slow phone takes to open a talk.
const WHILE = 4000;
export const aWhile = () => new Promise((resolve) => setTimeout(resolve, WHILE));

// The last answer up to which everything opened and stands in its place: what comes after a gap was
// read in doubt. `messages` are the server's rows, whose digests `openThread` has compared.
/**
 * @param {TalkEntry[]} entries
 * @param {MessageRow[]} messages
 * @param {string} day
 */
export function lastSeen(entries, messages, day) {
  const end = entries.findIndex(({ trouble }) => trouble);
  const sound = end < 0 ? entries : entries.slice(0, end);
  const read = sound.filter(({ side }) => side === "staff").map((entry) => entry.number);
  const number = Math.max(0, ...read);
  const row = messages.find((one) => one.direction === "staff" && one.number === number);
  return { number, day, digest: row ? row.digest : "" };
}
