// Checks a proof bundle in the browser, offline: steps 1 to 11 of the format (docs/proof-bundle.md), by nothing but this
// folder and WebCrypto.
import { attested } from "./verify/attested.js";
import { checkBlock } from "./verify/block.js";
import { checkDevice } from "./verify/device.js";
import { NoEd25519 } from "./verify/ed25519.js";
import { NotVerified, TrustError } from "./verify/errors.js";
import { readBundle } from "./verify/record.js";
import { checkWritten } from "./verify/transaction.js";
import { readTrust } from "./verify/trust.js";

export { TrustError, readTrust };

export const STEPS = [
  "The file is a proof bundle, written in its one form, and shows what every proof must show.",
  "The fields shown and the digests of those hidden give a leaf, and its path gives a root.",
  "The peers were asked for this very transaction, and their answer is to that question.",
  "Those who signed the answer are peers of organisations in the trust file.",
  "They signed that the ledger took the transaction as valid.",
  "As many different organisations signed as the trust file asks for.",
  "The transaction is the contract's and its client's, and its parts agree with one another.",
  "The organisations that the ledger's rule asks for endorsed it.",
  "It wrote exactly the root that the record leads to, for the organisation that the record names.",
  "Where a block comes along: it holds the transaction, and orderers signed it.",
  "Where a device's key comes along: the ledger holds it, and it signed the device's message.",
];

export const WORDS = {
  unreadable: "The file could not be read.",
  malformed: "The file is not a well-formed proof bundle.",
  incomplete: "A field that every proof must show is missing.",
  "attestation-mismatch": "The peers' answer is not about this transaction.",
  "untrusted-signer": "A signer does not belong to the organisations in the trust file.",
  "bad-signature": "A signature does not match what it signs.",
  "invalid-transaction": "The ledger recorded this transaction as invalid.",
  "not-enough-attestations": "Too few organisations attest the transaction.",
  "transaction-mismatch": "The transaction is not the one the proof names, or its own parts disagree.",
  "policy-not-met": "The transaction's endorsements do not satisfy the ledger's rule.",
  "root-mismatch": "The ledger holds something else than this record.",
  "block-mismatch": "The block does not hold this transaction, or is not signed.",
  "bad-device-signature": "The device's signature does not match its message.",
};

const DEVICE_KEY_NOT_CHECKED = "device key not checked";

export const NOT_PROVEN = [
  "that the event is true in the world",
  "that no other event was left out",
  "that the hidden fields are harmless",
];

// Whether the bundle (a Uint8Array) proves its record by this trust: bytes of a trust file, the object in it, or what
// `readTrust` made of one. Gives a report; rejects only with TrustError, for a trust that cannot be used. `onStep` is
// called with (1 to 11, whether it holds) as each step ends, and may return a promise to wait for. Steps 10 and 11 are taken
// where the bundle brings something for them; `report.notChecked` says what was left out.
export async function verifyBundle(bundleBytes, trust, onStep = () => {}) {
  if (!globalThis.crypto?.subtle) throw new TrustError("This browser checks signatures only on pages opened by https or from disk.");
  const trusted = trust?.signers instanceof Map ? trust : await readTrust(trust);
  let bundle = null;
  let reached = 0;
  const further = { block: null, device: null, notChecked: [] };
  const passed = async (step) => {
    await onStep(step, true);
    reached = step;
  };
  try {
    bundle = await readBundle(bundleBytes);
    await passed(1);
    await passed(2);
    const found = await checkAnchor(bundle, trusted, passed);
    await checkFurther(bundle, found.transaction, trusted, passed, further);
    return verified(bundle, found, further, trusted);
  } catch (error) {
    const failure = error instanceof NotVerified ? error : new NotVerified("unreadable", reached + 1, "the check could not be finished");
    await onStep(failure.step, false);
    return refused(failure, bundle, further, trusted);
  }
}

async function checkAnchor(bundle, trust, passed) {
  const found = await attested(bundle.evidence, trust, passed);
  const batch = await checkWritten(found.transaction, bundle);
  await passed(9);
  return { ...found, batch };
}

// Steps 10 and 11. What they find goes into `further` as it is found, so that a later failure still tells of it.
async function checkFurther({ evidence, device, record }, transaction, trust, passed, further) {
  if (evidence.block) {
    further.block = await checkBlock(evidence.block, transaction, trust);
    await passed(10);
  }
  if (record.kind !== "sensor") return;
  further.notChecked = [DEVICE_KEY_NOT_CHECKED];
  if (!device) return;
  try {
    further.device = await checkDevice(device, record.message, transaction, trust);
    further.notChecked = [];
    await passed(11);
  } catch (error) {
    if (!(error instanceof NoEd25519)) throw error;
    further.notChecked = [`${DEVICE_KEY_NOT_CHECKED}: this browser has no Ed25519`];
  }
}

function verified(bundle, { attesting, transaction, batch }, further, trust) {
  return {
    ...about(bundle, trust),
    verified: true,
    words: "Verified.",
    recordedAt: batch.recordedAt,
    batchId: batch.id,
    txId: bundle.evidence.txId,
    attesting: attesting.map((mspId) => [mspId, trust.organisations.get(mspId).name]),
    custodial: transaction.client.custodial,
    ...further,
  };
}

function refused(failure, bundle, { block }, trust) {
  const words = `Not verified. ${WORDS[failure.reason]}`;
  return { ...about(bundle, trust), block, words, reason: failure.reason, step: failure.step, detail: failure.message };
}

// What the file shows (where it is not verified, nothing vouches for it) and by which trust it was checked.
function about(bundle, trust) {
  return {
    verified: false,
    words: "",
    reason: null,
    step: null,
    detail: "",
    record: bundle?.record ?? null,
    hidden: bundle?.hidden ?? null,
    recordedBy: bundle?.record.recordedBy ?? null,
    recordTime: bundle?.record.recordTime ?? null,
    recordedAt: null,
    batchId: null,
    txId: null,
    attesting: [],
    network: trust.network,
    trustVersion: trust.version,
    trustFingerprint: trust.fingerprint,
    demo: trust.demo,
    custodial: null,
    block: null,
    device: null,
    notChecked: [],
    notProven: NOT_PROVEN,
  };
}
