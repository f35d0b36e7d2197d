// Strict reading of the protobuf messages a proof rests on. A non-repeated field met twice, a field the message does not
// have, a wrong wire type, a number not in its shortest form and text that is not UTF-8 are all refused: ordinary readers
// disagree about them, so one signed transaction could show two roots.
import { decode } from "./bytes.js";
import { format } from "./errors.js";

const VARINTS = new Set(["int32", "int64", "uint32", "uint64", "bool", "enum"]);

// `fields`: name: "number kind", with `*` behind it where repeated.
function message(name, fields) {
  const byTag = new Map();
  for (const [field, said] of Object.entries(fields)) {
    const [number, kind] = said.split(" ");
    const scalar = kind.replace("*", "");
    byTag.set(Number(number) * 8 + (VARINTS.has(scalar) ? 0 : 2), { field, kind: scalar, repeated: kind.endsWith("*") });
  }
  return { name, byTag };
}

export const MESSAGES = {
  envelope: message("Envelope", { payload: "1 bytes", signature: "2 bytes" }),
  payload: message("Payload", { header: "1 message", data: "2 bytes" }),
  header: message("Header", { channelHeader: "1 bytes", signatureHeader: "2 bytes" }),
  channelHeader: message("ChannelHeader", {
    type: "1 int32", version: "2 int32", timestamp: "3 message", channelId: "4 string", txId: "5 string",
    epoch: "6 uint64", extension: "7 bytes", tlsCertHash: "8 bytes",
  }),
  signatureHeader: message("SignatureHeader", { creator: "1 bytes", nonce: "2 bytes" }),
  timestamp: message("Timestamp", { seconds: "1 int64", nanos: "2 int32" }),
  identity: message("SerializedIdentity", { mspid: "1 string", idBytes: "2 bytes" }),
  proposal: message("Proposal", { header: "1 bytes", payload: "2 bytes", extension: "3 bytes" }),
  headerExtension: message("ChaincodeHeaderExtension", { chaincodeId: "2 message" }),
  proposalPayload: message("ChaincodeProposalPayload", { input: "1 bytes", transientMap: "2 message*" }),
  invocation: message("ChaincodeInvocationSpec", { chaincodeSpec: "1 message" }),
  chaincodeSpec: message("ChaincodeSpec", { type: "1 enum", chaincodeId: "2 message", input: "3 message", timeout: "4 int32" }),
  chaincodeId: message("ChaincodeID", { path: "1 string", name: "2 string", version: "3 string" }),
  chaincodeInput: message("ChaincodeInput", { args: "1 bytes*", decorations: "2 message*", isInit: "3 bool" }),
  responsePayload: message("ProposalResponsePayload", { proposalHash: "1 bytes", extension: "2 bytes" }),
  chaincodeAction: message("ChaincodeAction", {
    results: "1 bytes", events: "2 bytes", response: "3 message", chaincodeId: "4 message",
  }),
  response: message("Response", { status: "1 int32", message: "2 string", payload: "3 bytes" }),
  processed: message("ProcessedTransaction", { envelope: "1 message", validationCode: "2 int32" }),
  transaction: message("Transaction", { actions: "1 message*" }),
  transactionAction: message("TransactionAction", { header: "1 bytes", payload: "2 bytes" }),
  actionPayload: message("ChaincodeActionPayload", { proposalPayload: "1 bytes", action: "2 message" }),
  endorsedAction: message("ChaincodeEndorsedAction", { responsePayload: "1 bytes", endorsements: "2 message*" }),
  endorsement: message("Endorsement", { endorser: "1 bytes", signature: "2 bytes" }),
  readWriteSets: message("TxReadWriteSet", { dataModel: "1 enum", nsRwset: "2 message*" }),
  namespaceSet: message("NsReadWriteSet", { namespace: "1 string", rwset: "2 bytes", collectionHashedRwset: "3 message*" }),
  keyValueSet: message("KVRWSet", {
    reads: "1 message*", rangeQueriesInfo: "2 message*", writes: "3 message*", metadataWrites: "4 message*",
  }),
  write: message("KVWrite", { key: "1 string", isDelete: "2 bool", value: "3 bytes" }),
  block: message("Block", { header: "1 message", data: "2 message", metadata: "3 message" }),
  blockHeader: message("BlockHeader", { number: "1 uint64", previousHash: "2 bytes", dataHash: "3 bytes" }),
  blockData: message("BlockData", { data: "1 bytes*" }),
  blockMetadata: message("BlockMetadata", { metadata: "1 bytes*" }),
  metadata: message("Metadata", { value: "1 bytes", signatures: "2 message*" }),
  metadataSignature: message("MetadataSignature", { signatureHeader: "1 bytes", signature: "2 bytes", identifierHeader: "3 bytes" }),
  identifierHeader: message("IdentifierHeader", { identifier: "1 uint32", nonce: "2 bytes" }),
};

const DEFAULTS = { string: "", bytes: new Uint8Array(), message: new Uint8Array() };

// The fields of exactly one message. Embedded messages are given as their bytes, absent fields as their default,
// 64-bit numbers as BigInt.
export function read(type, bytes) {
  const found = {};
  for (const { field, kind, repeated } of type.byTag.values()) found[field] = repeated ? [] : (DEFAULTS[kind] ?? absent(kind));
  const seen = new Set();
  const cursor = { type, bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const tag = varint(cursor);
    const entry = type.byTag.get(tag);
    if (!entry) format(`${type.name}: unknown field of tag ${tag}`);
    const value = VARINTS.has(entry.kind) ? scalar(type, entry, BigInt(varint(cursor))) : delimited(cursor, entry);
    if (entry.repeated) found[entry.field].push(value);
    else if (seen.has(entry.field)) format(`${type.name}.${entry.field}: given twice`);
    else found[entry.field] = value;
    seen.add(entry.field);
  }
  return found;
}

const absent = (kind) => (kind.endsWith("64") ? 0n : kind === "bool" ? false : 0);

function delimited(cursor, entry) {
  const end = Number(varint(cursor)) + cursor.at;
  const what = `${cursor.type.name}.${entry.field}`;
  if (!(end <= cursor.bytes.length)) format(`${what}: shorter than it says`);
  const value = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return entry.kind === "string" ? decode(value, what) : value;
}

// A Number, or where it has more than four bytes a BigInt.
function varint(cursor) {
  const { bytes, at } = cursor;
  let size = 1;
  while (bytes[at + size - 1] >= 0x80 && size < 10) size += 1;
  if (at + size > bytes.length || bytes[at + size - 1] >= 0x80) format(`${cursor.type.name}: ends inside a number`);
  let value = size > 4 ? 0n : 0;
  for (let byte = size - 1; byte >= 0; byte -= 1) {
    const seven = bytes[at + byte] & 0x7f;
    value = size > 4 ? (value << 7n) | BigInt(seven) : value * 128 + seven;
  }
  if ((size > 1 && bytes[at + size - 1] === 0) || (size > 4 && value >> 64n)) format(`${cursor.type.name}: a number not in its shortest form`);
  cursor.at += size;
  return value;
}

function scalar(type, entry, value) {
  if (entry.kind === "uint64") return value;
  if (entry.kind === "uint32") return value >> 32n ? format(`${type.name}.${entry.field}: does not fit`) : Number(value);
  const signed = BigInt.asIntN(64, value);
  if (entry.kind === "int64") return signed;
  if (entry.kind === "bool" && value > 1n) format(`${type.name}.${entry.field}: not a truth value`);
  if (entry.kind === "bool") return value === 1n;
  if (BigInt.asIntN(32, signed) !== signed) format(`${type.name}.${entry.field}: does not fit`);
  return Number(signed);
}
