// Fetches and opens one file of a tip, off the page's thread, and hands its clear bytes on.
//
// In: { address, sealedSize, entry }, then { next: true } for each piece that was taken.
// Out: { piece: ArrayBuffer }, …, and at the end { done: true } or { problem }.

import "../../shared/old.js";
import { fetchPart } from "../files/fetching.js";
import { readSealedFile } from "../files/sealed_file.js";

const PROBLEMS = { Changed: "changed", Missing: "missing" };
let goOn = () => {};

function handOn(piece) {
  return new Promise((resolve) => {
    goOn = resolve;
    self.postMessage({ piece: piece.buffer }, [piece.buffer]);
  });
}

async function open({ address, sealedSize, entry }) {
  const readPart = (number) => fetchPart(address, number);
  try {
    await readSealedFile({ readPart, sealedSize, entry }, handOn);
    self.postMessage({ done: true });
  } catch (error) {
    self.postMessage({ problem: error.problem || PROBLEMS[error.name] || "changed" });
  }
}

self.onmessage = ({ data }) => (data.next ? goOn() : open(data));
