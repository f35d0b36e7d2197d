"""Loaded by pytest before the settings are: tests never touch the data folder of a running demo."""

import atexit
import os
import shutil
import signal
import tempfile

folder = tempfile.mkdtemp(prefix="traceapp-tests-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.mkdir(os.path.join(folder, "static"))
os.environ["DATA_DIR"] = folder
os.environ["SECRET_KEY"] = "tests-only-secret-key-of-a-sufficient-length-0123456789"
os.environ["KEYSTORE_KEY"] = "tests-only-keystore-key"
os.environ["FORECAST_PROCESSES"] = (
    "1"  # suites share cores already, and each process takes seconds to load its libraries
)
for name in ("DEMO", "DEBUG", "PUBLIC_URL", "LEDGER", "LEDGER_PATH", "CELERY_BROKER_URL"):
    os.environ.pop(name, None)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job that a shell runs in the background is deaf to SIGINT, and so are the programs that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
