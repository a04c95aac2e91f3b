// Seals a tip for another unit, and back. Pure: files in, files out; it runs in the worker.
//
// The server does not know what the reporter excluded; here it shows, in the tip and in what was added
// to it since: nothing is sealed for a unit at which the tip may not lie.

import { fromBase64 } from "../../shared/bytes.js";
import { openWith } from "../../shared/sealing/age.js";
import { parseEnvelope } from "../../shared/sealing/envelope.js";
import { mayLie, unitMark } from "../../shared/sealing/marks.js";
import { contentMac } from "../../shared/sealing/member.js";
import { areFields, readTip } from "../../shared/sealing/opened.js";
import { factsOf } from "../../shared/sealing/routes.js";
import { NotOpened, resealAll, sealAnew } from "../renewal/bundle.js";
import { digestsOf } from "../renewal/contents.js";

// The reporter does not want that unit to know of it.
export class Excluded extends Error {
  constructor() {
    super("a unit at which this tip may not lie");
    this.name = "Excluded";
  }
}

// `to` and `routes` were held against what the site publishes. `note` is what goes along for the other
// side, as it is sealed to the own unit. Throws Excluded, FalseRoutes or NotOpened.
/** @type {(job: PackJob) => Promise<PackedTip>} */
export async function pack({ opener, to, routes, bundle, note }) {
  const tip = await tipOf(opener.identities, bundle);
  await checkLies({ opener, to, routes, bundle }, [factsOf(tip.fields)]);
  const sealed = await sealAnew(keysFor(opener, to), bundle);
  const notes = Object.assign({}, bundle.notes, note && { [note.number]: note.own });
  const whole = Object.assign({}, bundle, { notes });
  const mac = await contentOf(opener.identities, whole);
  if (!mac) throw new NotOpened();
  const mark = unitMark(fromBase64(tip.talk), to.id, tip.reference);
  return Object.assign(sealed, { mark, content_mac: mac });
}

// What was added at the unit to which the tip came, for the one from which it came. The tip itself
// lies there still, as it was; here it may not even open.
/** @type {(job: PackBackJob) => ReturnType<DeskJobs["packBack"]>} */
export async function packBack({ opener, to, routes, bundle, reporter }) {
  const { length, messages, notes } = bundle;
  const isAny = Object.keys(messages).length + Object.keys(notes).length > 0;
  if (!isAny) return { length, messages, notes };
  await checkLies({ opener, to, routes, bundle }, []);
  const keys = keysFor(opener, to);
  return {
    length,
    messages: await resealAll(keys, messages, { reporter }),
    notes: await resealAll(keys, notes, { reporter }),
  };
}

// The MAC over what a tip holds, under a key of its talk: equal only where the same was opened. The
// label is left out, for it can be made anew. Null where the tip does not open.
/** @type {(identities: string[], bundle: NamedBundle) => Promise<string | null>} */
export async function contentOf(identities, bundle) {
  const digests = await digestsOf(identities, Object.assign({}, bundle, { label: "" }));
  if (!digests) return null;
  const tip = await tipOf(identities, bundle).catch(() => null);
  return tip && contentMac(fromBase64(tip.talk), bundle.reference, digests);
}

/** @type {(opener: Opener, to: PackJob["to"]) => SealKeys} */
const keysFor = ({ identities, holdsAll }, { recipients: [recipient, recovery] }) => ({
  identities,
  holdsAll,
  recipient,
  recovery,
});

/** @type {(identities: string[], bundle: NamedBundle) => Promise<TipContent>} */
async function tipOf(identities, { sealed, reference }) {
  let tip;
  try {
    tip = readTip(await openWith(identities, fromBase64(sealed)));
  } catch {
    throw new NotOpened();
  }
  if (tip.reference !== reference) throw new NotOpened();
  return tip;
}

/** @type {(job: Omit<PackJob, "note">, facts: Facts[]) => Promise<void>} */
async function checkLies({ opener, to, routes, bundle }, facts) {
  const added = await Promise.all(
    Object.values(bundle.messages).map((file) => factsIn(opener.identities, file)),
  );
  const all = facts.concat(...added);
  if (!all.every((told) => mayLie(routes, told, to.id))) throw new Excluded();
}

// What a supplement answers of the way that the tip goes. One that nobody can prove excludes all the
// same: a unit too few is no harm.
/** @type {(identities: string[], file: string) => Promise<Facts[]>} */
async function factsIn(identities, file) {
  try {
    const { kind, body } = parseEnvelope(await openWith(identities, fromBase64(file)));
    const fields = kind === "supplement" ? JSON.parse(body) : null;
    return areFields(fields) ? [factsOf(fields)] : [];
  } catch {
    return [];
  }
}
