"""Settings of a site with django-post-office."""

import os

from shared import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.contenttypes", "post_office"]
POST_OFFICE = {
    "BATCH_SIZE": 1_000,
    "THREADS_PER_PROCESS": int(os.environ["BENCH_THREADS"]),
    "LOG_LEVEL": 1,
    "MESSAGE_ID_ENABLED": True,
    "MESSAGE_ID_FQDN": "bench.example",
}
