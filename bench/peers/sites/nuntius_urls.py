"""Addresses of the site with nuntius, to which the links of its mails lead."""

from django.urls import include, path

urlpatterns = [path("nuntius/", include("nuntius.urls"))]
