// Why a proof is not accepted. `reason` is a code that every checker of the format gives, `step` is 1 to 11.

export class NotVerified extends Error {
  constructor(reason, step, detail) {
    super(detail.slice(0, 300)); // it may quote a hostile file
    this.reason = reason;
    this.step = step;
  }
}

// What was read is not what the format says: JSON, its shape, a protobuf message, a certificate, a signature.
export class FormatError extends Error {}

// The trust file cannot be used.
export class TrustError extends Error {}

export function format(detail) {
  throw new FormatError(detail);
}

// Runs `work`; what is wrong with the format becomes this reason in this step.
export async function inStep(reason, step, prefix, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FormatError) throw new NotVerified(reason, step, prefix + error.message);
    throw error;
  }
}
