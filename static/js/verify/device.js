// Step 11: a device's message is signed with the key that the ledger holds for it.
import { attested } from "./attested.js";
import { NotVerified, format, inStep } from "./errors.js";
import { fromBase64url, verifiedPayload } from "./jws.js";
import { checkPack } from "./senml.js";
import { isObject, members, string } from "./shape.js";
import { checkStated, writtenValue } from "./transaction.js";

const STATED = ["docType", "kid", "organisation", "mspId", "recordedAt"];

// The key that signed `message`, recorded by `transaction`: { kid, organisation }.
export const checkDevice = (evidence, message, transaction, trust) =>
  inStep("bad-device-signature", 11, "", async () => {
    if (typeof message !== "string") format("the message is hidden, or is not a text");
    const { kid, key, organisation, since } = await anchored(evidence, trust);
    if (since > transaction.time) format("the device's key came on to the ledger after the message");
    checkPack(await verifiedPayload(message, kid, key));
    return { kid, organisation };
  });

async function anchored(evidence, trust) {
  try {
    const { transaction } = await attested(evidence, trust);
    return keyIn(writtenValue(transaction, evidence), evidence.key, transaction);
  } catch (error) {
    if (error instanceof NotVerified) format(`its key's own proof, step ${error.step}: ${error.message}`);
    throw error;
  }
}

// The document may have more members, that say nothing of the key.
function keyIn(value, at, transaction) {
  if (!isObject(value)) format("device: not an object");
  for (const name of STATED) string(value[name], `device.${name}`);
  const status = Object.hasOwn(value, "status") ? value.status : "active";
  if (value.docType !== "device" || status !== "active") format("device: not an active device's document");
  checkStated(at, `device/${value.kid}`, value, transaction);
  const jwk = members(value.publicKey, "device.publicKey", ["crv", "kty", "x"]);
  if (jwk.kty !== "OKP" || jwk.crv !== "Ed25519") format("device.publicKey: not a key of Ed25519");
  const key = fromBase64url(string(jwk.x, "device.publicKey.x"));
  if (key.length !== 32) format("device.publicKey.x: not 32 bytes");
  return { kid: value.kid, key, organisation: value.organisation, since: transaction.time };
}
