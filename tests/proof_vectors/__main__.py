"""`python -m tests.proof_vectors` writes `docs/proof-vectors/` again."""

from tests.proof_vectors.folder import main

main()
