// Steps 7 to 9: the attested transaction is the contract's and its client's, endorsed by the rule of its time, and wrote
// the batch that the record leads to.
import { ENDORSER_TRANSACTION, chaincodeName, extensionName } from "./attestation.js";
import { decode, same, sha256, toHex } from "./bytes.js";
import { hasRole, validAt } from "./certificates.js";
import { FormatError, NotVerified, format, inStep } from "./errors.js";
import { parseJson, writeJson } from "./json.js";
import { checkSignature } from "./keys.js";
import { MESSAGES, read } from "./protobuf.js";
import { hex, integer, members, string } from "./shape.js";
import { timeOf, timeText } from "./times.js";
import { revokedBy, ruleAt, satisfied, signerOf } from "./trust.js";

const BATCH = ["docType", "id", "kind", "root", "size", "from", "to", "organisation", "mspId", "recordedAt"];

// Step 7: all parts of the envelope agree with one another, with the anchor and with the trust file.
export const readTransaction = (envelope, evidence, trust) =>
  inStep("transaction-mismatch", 7, "", async () => {
    const outer = read(MESSAGES.envelope, envelope);
    const payload = read(MESSAGES.payload, outer.payload);
    const header = read(MESSAGES.header, payload.header);
    const channel = read(MESSAGES.channelHeader, header.channelHeader);
    const author = read(MESSAGES.signatureHeader, header.signatureHeader);
    if (channel.type !== ENDORSER_TRANSACTION) format("it is not an endorser's transaction");
    if (channel.channelId !== trust.channel) format("it is on another channel");
    const id = toHex(await sha256(author.nonce, author.creator));
    if (id !== channel.txId || id !== evidence.txId) format("its id is not that of its nonce and creator");
    const named = extensionName(channel);
    if (named !== trust.chaincode || evidence.chaincode !== trust.chaincode) format("its header names another chaincode");
    const time = timeOf(channel.timestamp);
    const client = await clientOf(author.creator, time, trust);
    await checkSignature(client.key, outer.signature, outer.payload);
    return { envelope, client, time, ...(await actionOf(payload.data, header, evidence)) };
  });

async function clientOf(creator, time, trust) {
  const client = await signerOf(trust, creator);
  if (!hasRole(client, "client", "admin")) format(`its client of ${client.mspId} is neither client nor admin`);
  if (!validAt(client, time)) format(`the certificate of its client of ${client.mspId} was not valid at its time`);
  if (revokedBy(trust, client, time)) format(`the certificate of its client of ${client.mspId} was revoked by then`);
  return client;
}

async function actionOf(data, header, evidence) {
  const { actions } = read(MESSAGES.transaction, data);
  if (actions.length !== 1) format(`it has ${actions.length} actions`);
  const action = read(MESSAGES.transactionAction, actions[0]);
  if (!same(action.header, header.signatureHeader)) format("its action's header is not its own");
  const called = read(MESSAGES.actionPayload, action.payload);
  const endorsed = read(MESSAGES.endorsedAction, called.action);
  const response = read(MESSAGES.responsePayload, endorsed.responsePayload);
  const asked = await sha256(header.channelHeader, header.signatureHeader, called.proposalPayload);
  if (!same(response.proposalHash, asked)) format("what was endorsed answers another proposal");
  const result = read(MESSAGES.chaincodeAction, response.extension);
  if (chaincodeName(result.chaincodeId) !== evidence.chaincode) format("it was answered by another chaincode");
  const endorsements = endorsed.endorsements.map((one) => read(MESSAGES.endorsement, one));
  return { responsePayload: endorsed.responsePayload, endorsements, results: result.results };
}

// Step 8: those of its endorsements that verify satisfy the rule in force at its time.
export async function checkPolicy(transaction, trust) {
  const rule = ruleAt(trust, transaction.time);
  if (!rule) throw new NotVerified("policy-not-met", 8, "no endorsement rule was in force at its time");
  const endorsers = new Map();
  for (const one of transaction.endorsements) {
    const signer = await endorserOf(one, transaction, trust);
    // by certificate, since the same one can be written in several ways
    if (signer) endorsers.set(signer.fingerprint, signer);
  }
  if (satisfied(rule, [...endorsers.values()])) return;
  const names = [...new Set([...endorsers.values()].map((one) => one.mspId))].sort().join(", ") || "nobody";
  throw new NotVerified("policy-not-met", 8, `it is endorsed by ${names}`);
}

async function endorserOf({ endorser, signature }, transaction, trust) {
  try {
    const signer = await signerOf(trust, endorser);
    await checkSignature(signer.key, signature, transaction.responsePayload, endorser);
    return validAt(signer, transaction.time) && !revokedBy(trust, signer, transaction.time) ? signer : null;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

// Step 9: the one value written at the anchor's key is the batch that the record leads to.
export const checkWritten = (transaction, bundle) =>
  inStep("root-mismatch", 9, "", () => {
    const { evidence, record } = bundle;
    const batch = batchOf(writtenValue(transaction, evidence));
    checkStated(evidence.key, `batch/${batch.id}`, batch, transaction);
    if (batch.kind !== record.kind) format("the batch on the ledger is of another kind");
    if (!same(batch.root, bundle.root)) format("the record does not lead to the root on the ledger");
    if (batch.size !== bundle.size) format("the batch on the ledger has another size");
    if (batch.organisation !== record.recordedBy) format("another organisation than the record names put it on the ledger");
    return batch;
  });

// The one value that the transaction wrote at the anchor's key.
export function writtenValue({ results }, evidence) {
  const text = decode(written(results, evidence), "what is written");
  const value = parseJson(text);
  if (writeJson(value) !== text) format("the value written is not canonical JSON");
  return value;
}

// What a document says of itself agrees with the transaction that wrote it.
export function checkStated(key, ownKey, { mspId, recordedAt }, transaction) {
  if (key !== ownKey) format("what is written stands under another one's key");
  if (mspId !== transaction.client.mspId) format("what is written names another organisation than its client's");
  if (recordedAt !== timeText(transaction.time)) format("what is written names another time than its transaction's");
}

function written(results, { chaincode, key }) {
  const sets = read(MESSAGES.readWriteSets, results);
  if (sets.dataModel !== 0) format("the write set is not of keys and values");
  const own = sets.nsRwset.map((one) => read(MESSAGES.namespaceSet, one)).filter((one) => one.namespace === chaincode);
  if (own.length !== 1) format(`the write set has ${own.length} parts of the chaincode`);
  const writes = read(MESSAGES.keyValueSet, own[0].rwset).writes.map((one) => read(MESSAGES.write, one));
  const atKey = writes.filter((one) => one.key === key);
  if (atKey.length !== 1) format(`the transaction has ${atKey.length} writes at the key`);
  if (atKey[0].isDelete) format("the transaction deletes the key");
  return atKey[0].value;
}

function batchOf(value) {
  const given = members(value, "batch", BATCH);
  if (given.docType !== "batch") format("the value written is not a batch");
  for (const name of BATCH) if (name !== "root" && name !== "size") string(given[name], `batch.${name}`);
  return { ...given, root: hex(given.root, "batch.root", 32), size: integer(given.size, "batch.size") };
}
