"""Queue and send with django-post-office: ``python post_office_run.py WORK PROCESSES``.

Says "ready", waits for a line, says "queued" when every mail is in its table, and ends when another line comes.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "post_office_site"
django.setup()

from post_office import mail  # noqa: E402
from post_office.models import EmailTemplate  # noqa: E402

TOGETHER = 1_000

work = json.loads(Path(sys.argv[1]).read_text())
call_command("migrate", verbosity=0)
template = EmailTemplate.objects.create(
    name="month", subject=work["subject"], content=work["text"], html_content=work["html"]
)
mails = [
    {
        "recipients": [email],
        "template": template,
        "context": {
            "contact": {"first_name": name, "email": email},
            "account": {"name": account},
            "company": {"name": "Bench"},
        },
    }
    for email, name, account in work["readers"]
]
print("ready", flush=True)
sys.stdin.readline()
for first in range(0, len(mails), TOGETHER):
    mail.send_many(mails[first : first + TOGETHER])
print("queued", flush=True)
with tempfile.TemporaryDirectory() as folder:
    mail.send_queued_mail_until_done(str(Path(folder) / "lock"), processes=int(sys.argv[2]))
sys.stdin.readline()
