"""gunicorn reads this in the folder it is started in: it takes addresses a bit longer than the EPCIS interface does."""

limit_request_line = 8190
worker_class = "traceapp.web.worker.Worker"
