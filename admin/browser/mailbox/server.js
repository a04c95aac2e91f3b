// The two addresses of the scripted mailbox. Only a lookup and sealed bytes go there. And the keys
// that a second person has confirmed, as the static site publishes them.

// No answer came: nothing is lost, and the same may be sent again.
export class Offline extends Error {}

// The server would not take it; `reason` is its word for why.
export class Refused extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export const askThread = (base, lookup) => post(`${base}thread`, { lookup });

// Stores a letter. The server answers a retry of the same letter as it answered the first.
export const sendLetter = (base, lookup, token, letter) =>
  post(`${base}sealed`, Object.assign({ lookup, token }, letter));

export async function askKeys() {
  const answer = await ask("/keys.json", { headers: { Accept: "application/json" } });
  if (!Array.isArray(answer.keys)) throw new Offline("no list of keys");
  return answer.keys;
}

const post = (address, content) =>
  ask(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(content),
  });

async function ask(address, options) {
  let response;
  let answer;
  try {
    const apart = { credentials: "omit", cache: "no-store" };
    response = await fetch(address, Object.assign({}, options, apart));
    answer = await response.json();
  } catch (error) {
    throw new Offline("no answer");
  }
  if (!response.ok) throw new Refused(answer.error || "unknown");
  return answer;
}
