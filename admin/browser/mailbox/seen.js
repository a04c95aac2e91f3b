// Up to where the answers came: what admin/mailbox/seeing.py finds.

// A day in Asia/Shanghai, whatever the phone's own zone: all our days are.
const SHANGHAI = 8 * 3600 * 1000;
const today = () => new Date(Date.now() + SHANGHAI).toISOString().slice(0, 10);

// The last answer that opened and stands in its place. `messages` are the server's rows, whose digest
// `openThread` has compared.
export function lastSeen(entries, messages) {
  const read = entries.filter(({ side, trouble }) => side === "staff" && !trouble);
  const number = Math.max(0, ...read.map((entry) => entry.number));
  const row = messages.find((one) => one.number === number);
  return { number, day: today(), digest: row ? row.digest : "" };
}
