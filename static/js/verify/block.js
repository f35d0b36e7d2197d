// Step 10: a block that comes along holds the attested transaction, and orderers signed its header. Its validity flags are
// not looked at: nobody signs them.
import { join, same, sha256 } from "./bytes.js";
import { hasRole, validAt } from "./certificates.js";
import { format, inStep } from "./errors.js";
import { checkSignature } from "./keys.js";
import { MESSAGES, read } from "./protobuf.js";
import { ordererOf, revokedBy } from "./trust.js";

const LAST_NUMBER = BigInt(Number.MAX_SAFE_INTEGER);

// The number of the block.
export const checkBlock = (block, transaction, trust) =>
  inStep("block-mismatch", 10, "", async () => {
    const parts = read(MESSAGES.block, block);
    const header = read(MESSAGES.blockHeader, parts.header);
    const { data } = read(MESSAGES.blockData, parts.data);
    const { metadata } = read(MESSAGES.blockMetadata, parts.metadata);
    if (header.number > LAST_NUMBER || header.previousHash.length !== 32) format("its header is not a later block's");
    if (!same(await sha256(...data), header.dataHash)) format("its transactions do not give the hash in its header");
    if (data.filter((one) => same(one, transaction.envelope)).length !== 1) format("it does not hold the transaction");
    await checkOrderers(read(MESSAGES.metadata, metadata[0] ?? new Uint8Array()), headerBytes(header), transaction.time, trust);
    return Number(header.number);
  });

// What is hashed and signed: DER of SEQUENCE { INTEGER number, OCTET STRING previous, OCTET STRING data }.
function headerBytes({ number, previousHash, dataHash }) {
  const digits = number.toString(16);
  const even = digits.padStart(digits.length + (digits.length % 2), "0");
  const whole = even.match(/../g).map((pair) => parseInt(pair, 16));
  const positive = whole[0] >= 0x80 ? [0, ...whole] : whole;
  // never as long as 128 bytes: a number and two hashes
  const wrapped = (tag, content) => join([tag, content.length], content);
  return wrapped(0x30, join(wrapped(0x02, positive), wrapped(0x04, previousHash), wrapped(0x04, dataHash)));
}

// How many of so many consenters have to sign, so that any two quorums share an honest one.
function quorum(consenters) {
  const faulty = Math.floor((consenters - 1) / 3);
  return Math.floor((consenters + faulty + 2) / 2);
}

async function checkOrderers({ value, signatures }, header, time, trust) {
  const signers = new Set();
  for (const one of signatures) {
    const fields = read(MESSAGES.metadataSignature, one);
    const [named, orderer] = await ordererIn(fields, trust);
    if (!hasRole(orderer, "orderer")) format(`a signer of ${orderer.mspId} is not an orderer`);
    if (!validAt(orderer, time) || revokedBy(trust, orderer, time)) {
      format(`the certificate of an orderer of ${orderer.mspId} was not valid, or was revoked`);
    }
    await checkSignature(orderer.key, fields.signature, value, named, header);
    signers.add(orderer.fingerprint);
  }
  const needed = trust.consenters.size ? quorum(trust.consenters.size) : 1;
  if (signers.size < needed) format(`${signers.size} of the ${needed} orderers needed signed it`);
}

// What names the signer, as it was signed, and the signer: by its certificate, or as a consenter by its number.
async function ordererIn({ identifierHeader, signatureHeader }, trust) {
  if (identifierHeader.length && signatureHeader.length) format("a signature names two signers");
  if (identifierHeader.length) {
    const { identifier } = read(MESSAGES.identifierHeader, identifierHeader);
    return [identifierHeader, trust.consenters.get(identifier) ?? format(`the trust file knows no consenter ${identifier}`)];
  }
  const orderer = await ordererOf(trust, read(MESSAGES.signatureHeader, signatureHeader).creator);
  const known = [...trust.consenters.values()].map((one) => one.fingerprint);
  if (known.length && !known.includes(orderer.fingerprint)) format(`a signer of ${orderer.mspId} is not one of the consenters`);
  return [signatureHeader, orderer];
}
