"""Prepare nuntius: its tables, the subscribers and a campaign that waits. ``python nuntius_prepare.py WORK``."""

import json
import os
import sys
from pathlib import Path

import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "nuntius_site"
django.setup()

from newsletter.models import Everyone, Subscriber  # noqa: E402
from nuntius.models import Campaign  # noqa: E402

work = json.loads(Path(sys.argv[1]).read_text())
call_command("migrate", run_syncdb=True, verbosity=0)
Subscriber.objects.bulk_create(
    [
        Subscriber(email=email, first_name=name, account=account, subscriber_status=Subscriber.STATUS_SUBSCRIBED)
        for email, name, account in work["readers"]
    ]
)
Campaign.objects.create(
    name="month",
    segment=Everyone.objects.create(),
    message_from_name="Ana",
    message_from_email="ana@bench.example",
    message_subject="Your month",
    message_content_html=work["html"],
    message_content_text=work["text"],
)
