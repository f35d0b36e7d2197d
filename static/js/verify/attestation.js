// Steps 3 to 6: what the peers of several organisations signed when asked for one transaction.
import { encode, same, sha256 } from "./bytes.js";
import { hasRole, validAt } from "./certificates.js";
import { NotVerified, format, inStep } from "./errors.js";
import { checkSignature } from "./keys.js";
import { MESSAGES, read } from "./protobuf.js";
import { timeOf } from "./times.js";
import { revokedAtAll, signerOf } from "./trust.js";

export const ENDORSER_TRANSACTION = 3; // common.HeaderType
const QSCC = "qscc";

export const chaincodeName = (bytes) => read(MESSAGES.chaincodeId, bytes).name;
export const extensionName = (header) => chaincodeName(read(MESSAGES.headerExtension, header.extension).chaincodeId);

// Step 3: the question was for this transaction, to qscc, and the signed payload answers that question.
export const readAnswer = (evidence, trust) =>
  inStep("attestation-mismatch", 3, "", async () => {
    const { askedAt, digest } = await question(evidence, trust);
    return { askedAt, ...answerTo(digest, evidence.payload) };
  });

async function question(evidence, trust) {
  const proposal = read(MESSAGES.proposal, evidence.proposal);
  const header = read(MESSAGES.header, proposal.header);
  const channel = read(MESSAGES.channelHeader, header.channelHeader);
  if (channel.type !== ENDORSER_TRANSACTION) format("the question is not a transaction's");
  if (channel.channelId !== trust.channel || evidence.channel !== trust.channel) format("the question was asked on another channel");
  read(MESSAGES.signatureHeader, header.signatureHeader);
  if (extensionName(channel) !== QSCC) format("the question's header does not name qscc");
  checkCall(proposal.payload, evidence, trust);
  return { askedAt: timeOf(channel.timestamp), digest: await sha256(header.channelHeader, header.signatureHeader, proposal.payload) };
}

function checkCall(bytes, evidence, trust) {
  const payload = read(MESSAGES.proposalPayload, bytes);
  if (payload.transientMap.length) format("the question has a transient field");
  const spec = read(MESSAGES.chaincodeSpec, read(MESSAGES.invocation, payload.input).chaincodeSpec);
  if (chaincodeName(spec.chaincodeId) !== QSCC) format("the question's call does not name qscc");
  const { args } = read(MESSAGES.chaincodeInput, spec.input);
  const wanted = ["GetTransactionByID", trust.channel, evidence.txId].map(encode);
  if (args.length !== wanted.length || !args.every((one, at) => same(one, wanted[at]))) format("the question is not for this transaction");
}

function answerTo(digest, payload) {
  const signed = read(MESSAGES.responsePayload, payload);
  if (!same(signed.proposalHash, digest)) format("the answer is to another question");
  const action = read(MESSAGES.chaincodeAction, signed.extension);
  if (chaincodeName(action.chaincodeId) !== QSCC) format("the answer is not qscc's");
  const response = read(MESSAGES.response, action.response);
  if (response.status !== 200) format(`the answer has status ${response.status}`);
  const { envelope, validationCode } = read(MESSAGES.processed, response.payload);
  if (!envelope.length) format("the answer holds no transaction");
  return { envelope, code: validationCode };
}

// Step 4: every endorsement is a trusted peer's. Gives their organisations' MSP ids, one an endorsement.
export async function checkSigners(evidence, answer, trust) {
  const attesting = [];
  for (const { endorser, signature } of evidence.endorsements) {
    const peer = await inStep("untrusted-signer", 4, "", () => trustedPeer(endorser, answer.askedAt, trust));
    const check = () => checkSignature(peer.key, signature, evidence.payload, endorser);
    await inStep("bad-signature", 4, `a peer of ${peer.mspId}: `, check);
    attesting.push(peer.mspId);
  }
  return attesting;
}

async function trustedPeer(endorser, askedAt, trust) {
  const peer = await signerOf(trust, endorser);
  if (!hasRole(peer, "peer")) format(`the signer of ${peer.mspId} is not a peer`);
  if (!validAt(peer, askedAt)) format(`the certificate of ${peer.mspId}'s peer was not valid when it was asked`);
  if (revokedAtAll(trust, peer)) format(`the certificate of ${peer.mspId}'s peer is revoked`);
  return peer;
}

// Step 5: the peers signed that the transaction is valid.
export function checkCode(answer) {
  if (answer.code !== 0) throw new NotVerified("invalid-transaction", 5, `its validation code is ${answer.code}`);
}

// Step 6: as many different organisations attest as the trust file asks for.
export function checkNumber(attesting, trust) {
  const different = new Set(attesting).size;
  if (different !== attesting.length) throw new NotVerified("not-enough-attestations", 6, "an organisation attests more than once");
  if (different >= trust.attestations) return;
  throw new NotVerified("not-enough-attestations", 6, `${different} of the ${trust.attestations} organisations needed`);
}
