"""Settings of a site with nuntius: links are rewritten and opens counted, as it does by itself."""

import os

from shared import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "newsletter",
    "nuntius",
]
STATIC_URL = "/static/"
ROOT_URLCONF = "nuntius_urls"

NUNTIUS_SUBSCRIBER_MODEL = "newsletter.Subscriber"
NUNTIUS_SEGMENT_MODEL = "newsletter.Everyone"
NUNTIUS_PUBLIC_URL = "https://bench.example"
NUNTIUS_MAX_SENDING_RATE = 1_000_000
NUNTIUS_POLLING_INTERVAL = 0.1
NUNTIUS_MAX_CONCURRENT_SENDERS = int(os.environ["BENCH_SENDERS"])
