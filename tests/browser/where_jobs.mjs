// Where words end up, over the form's and the mailbox's own modules: what is asked comes in as one JSON
// object, what became of each case goes out. Sealed bytes alone come out, and Python tells who opens them.

import { readFileSync } from "node:fs";
import { JOBS } from "../../admin/browser/shared/sealing/jobs.js";
import { sealLetter } from "../../admin/browser/shared/sealing/letter.js";
import { checkUnit } from "../../admin/browser/shared/sealing/locks.js";
import { unitMark } from "../../admin/browser/shared/sealing/marks.js";
import { derive, newDigits } from "../../admin/browser/shared/sealing/receipt.js";

const { facts, worlds, moves } = JSON.parse(readFileSync(0, "utf8"));

async function outcome(act) {
  try {
    return await act();
  } catch (error) {
    return { error: error.name };
  }
}

const fieldsOf = (answers) => ({ what: "x", place: "y", ...answers });

async function firstTips({ routes, keys, digest }) {
  const found = [];
  for (const answers of facts) {
    const work = {
      digits: newDigits(),
      fields: fieldsOf(answers),
      contact: "",
      routes,
      keys,
      digest,
    };
    found.push(await outcome(() => JOBS.sealTip(work)));
  }
  return found;
}

// A tip that lies lawfully at `from`, which the server says to lie at `to`. What the page that sent it
// adds, and letters of the mailbox.
async function moved({ answers, from, to, world, kinds }) {
  const { routes, keys, digest } = worlds[world];
  const digits = newDigits();
  const { talk } = derive(digits, routes.site);
  const thread = {
    ...moves.thread,
    unit: { id: to, ...routes.units[to] },
    marks: [markOf(talk, from)],
  };
  const sent = { unit: from };
  const work = { digits, fields: fieldsOf(answers), thread, sent, routes, keys, digest };
  const found = { supplement: await outcome(() => JOBS.sealSupplement(work)) };
  for (const kind of kinds) {
    found[kind] = await outcome(async () => {
      checkUnit(thread.unit, keys);
      return sealLetter({ talk }, thread, kind, "words");
    });
  }
  return found;
}

const markOf = (talk, unit) => unitMark(talk, unit, moves.thread.reference);

const results = { tips: {}, moves: [] };
for (const name of Object.keys(worlds)) results.tips[name] = await firstTips(worlds[name]);
for (const move of moves.cases) results.moves.push(await moved(move));
console.log(JSON.stringify(results));
