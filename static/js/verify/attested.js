// Steps 3 to 8, one after the other: who attests a transaction, and what it is.
import { checkCode, checkNumber, checkSigners, readAnswer } from "./attestation.js";
import { checkPolicy, readTransaction } from "./transaction.js";

// `passed` is called with the number of each step that holds.
export async function attested(evidence, trust, passed = () => {}) {
  const answer = await readAnswer(evidence, trust);
  await passed(3);
  const attesting = await checkSigners(evidence, answer, trust);
  await passed(4);
  checkCode(answer);
  await passed(5);
  checkNumber(attesting, trust);
  await passed(6);
  const transaction = await readTransaction(answer.envelope, evidence, trust);
  await passed(7);
  await checkPolicy(transaction, trust);
  await passed(8);
  return { attesting, transaction };
}
