"""The subscribers of the site: nuntius keeps none of its own."""

from django.db import models
from nuntius.models import BaseSegment, BaseSubscriber


class Subscriber(BaseSubscriber):
    """Somebody to whom the newsletter goes."""

    first_name = models.TextField()
    account = models.TextField()

    def get_subscriber_data(self):
        """The figures for the template, by the names that Pauta's template uses."""
        return {
            "contact": {"first_name": self.first_name, "email": self.email},
            "account": {"name": self.account},
            "company": {"name": "Bench"},
        }


class Everyone(BaseSegment, models.Model):
    """All subscribers."""

    def get_display_name(self):
        """Its name."""
        return "Everyone"

    def get_subscribers_queryset(self):
        """Those who are in it."""
        return Subscriber.objects.all()

    def get_subscribers_count(self):
        """How many they are."""
        return Subscriber.objects.count()
