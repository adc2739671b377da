"""Settings of gunicorn, which reads this file by itself when it is started in this folder."""

import os

bind = os.environ.get("BIND", "0.0.0.0:8000")  # for a container; `make run` binds this machine only
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 8
# An upload of half a gigabyte over a slow line is no reason to end a worker: threads keep its heart beating.
timeout = 60
graceful_timeout = 30
control_socket_disable = True
