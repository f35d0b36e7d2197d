"""`python -m traceapp.verifier`: the command `traceapp-verify` where it is not installed."""

import sys

from traceapp.verifier.command import main

sys.exit(main())
