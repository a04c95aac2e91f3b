// Answers one line of jobs after another, as long as somebody asks: one Node for many tests.

import { createInterface } from "node:readline";

export async function answerEachLine(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
}
