// The two addresses of the scripted mailbox. Only a lookup and sealed bytes go there.

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

async function post(address, content) {
  let response;
  let answer;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(content),
      credentials: "omit",
      cache: "no-store",
    });
    answer = await response.json();
  } catch (error) {
    throw new Offline("no answer");
  }
  if (!response.ok) throw new Refused(answer.error || "unknown");
  return answer;
}
