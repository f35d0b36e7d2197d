// Steps 1 and 2: the bundle is well-formed and shows what must always be shown; its record and path lead to a root.
import { decode, encode, fromHex, sha256, toHex } from "./bytes.js";
import { FormatError, NotVerified, format } from "./errors.js";
import { parseJson, writeJson } from "./json.js";
import { blob, hex, integer, isObject, list, members, string } from "./shape.js";

const LIMIT = 1024 * 1024;
const BRACKETS = LIMIT / 8;
const TREE_END = 2 ** 31;
const DEEPEST_POINTER = 64;
const SALT = /^[A-Za-z0-9_-]{21}[AQgw]$/; // 16 bytes: the last character has two bits
const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;
const BODIES = new Map([["epcis", "event"], ["sensor", "message"], ["forecast", "statement"], ["model", "statement"]]);
const ALWAYS = ["kind", "recordedBy", "recordTime"];

// What a bundle that passed step 1 holds, and the root that its record leads to (step 2).
export async function readBundle(bytes) {
  try {
    if (bytes.length > LIMIT) format(`larger than ${LIMIT} bytes`);
    const brackets = bytes.reduce((sum, byte) => sum + (byte === 0x5b || byte === 0x7b), 0);
    if (brackets > BRACKETS) format(`more than ${BRACKETS} lists and objects`);
    return await bundleOf(decode(bytes, "bundle"));
  } catch (error) {
    if (error instanceof FormatError) throw new NotVerified("malformed", 1, error.message);
    throw error;
  }
}

async function bundleOf(text) {
  const value = parseJson(text);
  const top = members(value, "bundle", ["format", "record", "inclusion", "anchor"], ["device"]);
  if (top.format !== "traceapp-proof/1") format("format: not 'traceapp-proof/1'");
  const inclusion = inclusionOf(top.inclusion, "inclusion");
  const evidence = anchorOf(top.anchor, "anchor");
  const { disclosures, hidden } = members(top.record, "record", ["disclosures", "hidden"]);
  const shown = list(disclosures, "record.disclosures").map((one, at) => string(one, `record.disclosures[${at}]`));
  const digests = list(hidden, "record.hidden").map((one, at) => hex(one, `record.hidden[${at}]`, 32));
  const device = Object.hasOwn(top, "device") ? deviceOf(top.device) : null;
  if (writeJson(value) !== text) format("bundle: not RFC 8785, it is written differently when written again");
  const { record, leaf } = await recordOf(shown, digests);
  if (device && record.kind !== "sensor") format("device: only for a record of kind 'sensor'");
  const root = await rootOf(leaf, inclusion);
  return { record, hidden: digests.length, root, size: inclusion.size, evidence, device };
}

function inclusionOf(value, path) {
  const given = members(value, path, ["index", "size", "path"]);
  const index = integer(given.index, `${path}.index`);
  const size = integer(given.size, `${path}.size`);
  if (!(index >= 0 && index < size && size < TREE_END)) format(`${path}: no leaf ${index} in a tree of ${size}`);
  const hashes = list(given.path, `${path}.path`);
  if (hashes.length > 32) format(`${path}.path: too long`);
  return { index, size, path: hashes.map((one, at) => hex(one, `${path}.path[${at}]`, 32)) };
}

function anchorOf(value, path) {
  const given = members(value, path, ["channel", "chaincode", "key", "txId", "attestation"], ["block"]);
  const block = Object.hasOwn(given, "block") ? blob(given.block, `${path}.block`) : null;
  const inner = `${path}.attestation`;
  const attestation = members(given.attestation, inner, ["proposal", "payload", "endorsements"]);
  return {
    block,
    channel: string(given.channel, `${path}.channel`),
    chaincode: string(given.chaincode, `${path}.chaincode`),
    key: string(given.key, `${path}.key`),
    txId: toHex(hex(given.txId, `${path}.txId`)),
    proposal: blob(attestation.proposal, `${inner}.proposal`),
    payload: blob(attestation.payload, `${inner}.payload`),
    endorsements: list(attestation.endorsements, `${inner}.endorsements`).map((one, at) => {
      const pair = members(one, `${inner}.endorsements[${at}]`, ["endorser", "signature"]);
      return { endorser: blob(pair.endorser, `${inner}.endorser`), signature: blob(pair.signature, `${inner}.signature`) };
    }),
  };
}

function deviceOf(value) {
  const given = members(value, "device", ["anchor"], ["inclusion"]);
  // the key's document is not one of many in a batch: it stands at a key of its own
  const { size, path } = Object.hasOwn(given, "inclusion") ? inclusionOf(given.inclusion, "device.inclusion") : { size: 1, path: [] };
  if (size !== 1 || path.length) format("device.inclusion: not of a tree of one");
  const evidence = anchorOf(given.anchor, "device.anchor");
  if (evidence.block) format("device.anchor.block: a block stands beside the record's own anchor only");
  return evidence;
}

// --- the record ---

async function recordOf(shown, hidden) {
  const opened = shown.map(disclosureOf);
  const own = await Promise.all(shown.map((text) => sha256(Uint8Array.of(2), encode(text))));
  const digests = [...hidden, ...own].map(toHex).sort();
  // the same part twice, or shown and hidden at once, would make the number of hidden parts a lie
  if (new Set(digests).size !== digests.length) format("record: a digest is given more than once");
  const record = putTogether(opened);
  checkMembers(record);
  return { record, leaf: await sha256(Uint8Array.of(0), fromHex(digests.join(""))) };
}

function disclosureOf(text, at) {
  const parts = parseJson(text);
  if (writeJson(parts) !== text) format(`record.disclosures[${at}]: not RFC 8785`);
  if (!Array.isArray(parts) || parts.length !== 3) format(`record.disclosures[${at}]: not a salt, a pointer and a value`);
  if (!SALT.test(string(parts[0], "salt"))) format(`record.disclosures[${at}]: the salt is not 16 bytes in base64url`);
  return [string(parts[1], "pointer"), parts[2]];
}

// A container being put together, told apart from any value.
class Branch extends Map {}

function putTogether(parts) {
  const record = new Branch();
  for (const [pointer, value] of parts) {
    const tokens = tokensOf(pointer);
    const last = tokens.pop();
    let branch = record;
    for (const token of tokens) {
      if (!branch.has(token)) branch.set(token, new Branch());
      branch = branch.get(token);
      if (!(branch instanceof Branch)) format(`pointer ${pointer.slice(0, 80)} lies inside another`);
    }
    if (branch.has(last)) format(`pointer ${pointer.slice(0, 80)} equals or begins another`);
    branch.set(last, value);
  }
  if ([...record.keys()].some(isNumber)) format("a record is an object, not a list");
  return finished(record);
}

const isNumber = (token) => /^[0-9]+$/.test(token);

function tokensOf(pointer) {
  if (pointer[0] !== "/") format(`${pointer.slice(0, 80)} is not a pointer into a record`);
  const parts = pointer.slice(1).split("/");
  if (parts.length > DEEPEST_POINTER) format("a pointer is too deep");
  if (/~(?![01])/.test(pointer)) format(`pointer ${pointer.slice(0, 80)} holds a wrong escape`);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function finished(branch) {
  const done = [...branch].map(([token, value]) => [token, value instanceof Branch ? finished(value) : value]);
  const numbered = done.filter(([token]) => isNumber(token)).length;
  if (!numbered) {
    const made = Object.create(null);
    for (const [token, value] of done) made[token] = value;
    return made;
  }
  if (numbered !== done.length) format("a list has a part that is not numbered");
  if (!done.every(([token]) => INDEX.test(token))) format("a part of a list has no index");
  return done.sort(([one], [other]) => Number(one) - Number(other)).map(([, value]) => value);
}

function checkMembers(record) {
  present(record, ALWAYS, "");
  for (const name of ALWAYS) string(record[name], `/${name}`);
  const body = BODIES.get(record.kind) ?? format("/kind: not a known kind of record");
  members(record, "record", ALWAYS, body === "event" ? ["context", "event"] : [body]);
  if (body !== "event") return;
  present(record, ["event"], "");
  if (!isObject(record.event)) format("/event: not an object");
  const action = record.event.type === "TransformationEvent" ? [] : ["action"];
  const texts = ["type", "eventID", "eventTime", ...action];
  present(record.event, [...texts, "errorDeclaration"], "/event");
  for (const name of texts) string(record.event[name], `/event/${name}`);
}

function present(value, names, path) {
  for (const name of names) {
    if (!Object.hasOwn(value, name)) throw new NotVerified("incomplete", 1, `${path}/${name} is not disclosed`);
  }
}

// --- the way to the root (RFC 9162 section 2.1.3.2) ---

async function rootOf(leaf, { index, size, path }) {
  const beside = [...path];
  const next = () => beside.shift() ?? format("the path is too short");
  let [hash, last] = [leaf, size - 1];
  for (; last > 0; [index, last] = [index >> 1, last >> 1]) {
    if (index & 1) hash = await sha256(Uint8Array.of(1), next(), hash);
    else if (index < last) hash = await sha256(Uint8Array.of(1), hash, next());
    // otherwise the node has no neighbour on this level and moves up as it is
  }
  if (beside.length) format("the path is too long");
  return hash;
}
