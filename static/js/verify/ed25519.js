// Ed25519 (RFC 8032) in the one form that every checker takes alike. Libraries agree on honest signatures. On keys of small
// order, points that are not written in their one form, and numbers beyond the group's order they do not, so these are
// refused before the browser is asked.
import { toHex } from "./bytes.js";
import { format } from "./errors.js";

const PRIME = 2n ** 255n - 19n;
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const EIGHTH = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL = [1n, PRIME - 1n, 0n, EIGHTH, PRIME - EIGHTH]; // the y of all points of order 1, 2, 4 and 8

// This browser has no Ed25519. Nothing is known then, neither good nor bad.
export class NoEd25519 extends Error {}

// Refuses unless `signature` is that of the public key `key` (32 bytes) over `message`.
export async function checkEd25519(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) format("not an Ed25519 key and signature");
  if (!isPoint(key) || !isPoint(signature.subarray(0, 32))) format("a point of small order, or not in its one form");
  if (little(signature.subarray(32)) >= GROUP_ORDER) format("the signature's number is out of range");
  if (!(await holds(key, signature, message))) format("the signature is not of this message by this key");
}

async function holds(raw, signature, message) {
  const algorithm = { name: "Ed25519" };
  try {
    const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, signature, message);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new NoEd25519();
    return false;
  }
}

function isPoint(bytes) {
  const y = BigInt.asUintN(255, little(bytes));
  return y < PRIME && !SMALL.includes(y);
}

const little = (bytes) => BigInt(`0x${toHex(bytes.toReversed())}`);
