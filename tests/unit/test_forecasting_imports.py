"""What is loaded where: no Django in the pure part, no pandas and no Prophet in a web process."""

import subprocess
import sys

PURE = (
    "forecasting.pipeline, forecasting.statement, forecasting.delay.learn, forecasting.demand.fitting, forecasting.rows"
)
HEAVY = "['pandas', 'prophet', 'numpy', 'sklearn', 'scipy', 'cmdstanpy']"


def loaded(code: str, of: str) -> str:
    program = f"{code}\nimport sys\nprint([name for name in {of} if name in sys.modules])"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_the_pure_part_imports_no_django_and_no_random_source():
    assert loaded(f"import {PURE}", "['django', 'celery', 'secrets']") == "[]"


def test_a_web_process_loads_neither_pandas_nor_prophet():
    web = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'traceapp.settings'\n"
        "import django; django.setup()\n"
        "import traceapp.wsgi, traceapp.urls, forecasting.views, traceapp.jobs.tasks, forecasting.services, forecasting.api_urls"
    )
    assert loaded(web, HEAVY) == "[]"


def test_a_training_of_delays_leaves_prophet_and_pandas_to_a_process_of_its_own():
    assert loaded("import forecasting.delay.learn, forecasting.delay.lanes", "['pandas', 'prophet']") == "[]"
