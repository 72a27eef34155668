"""Where providers tell what became of our messages. Only what they sign is believed; "good" means that it is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry, Counter

from pauta.channels.email.ses import events
from pauta.channels.email.ses.notifications import Certificates, Notification, believed, fetch
from pauta.channels.reports import NotBelieved
from pauta.core.problems import Problem
from pauta.pipeline.reported import keep
from pauta.platform import log
from pauta.web.door import Transaction
from pauta.web.state import state_of

router = APIRouter(include_in_schema=False)

_certificates = Certificates()


class ProviderReports:
    """What providers have reported, counted for monitoring."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.count = Counter(
            "pauta_provider_reports", "Reports of providers.", ("provider", "happened"), registry=registry
        )


async def _body(request: Request) -> bytes:
    return await request.body()


def _notification(request: Request, raw: Annotated[bytes, Depends(_body)]) -> Notification:
    """The notification, when it is of a topic of ours. Asked before a connection is taken, as it may have to fetch a
    certificate, and as strangers may ask."""
    state = state_of(request)
    topics = frozenset(topic.strip() for topic in state.settings.ses_topics.split(",") if topic.strip())
    try:
        return believed(raw, topics, state.clock.now(), _certificates)
    except NotBelieved as error:
        log.logger("hooks").warning("report not believed", provider="ses")
        raise Problem("report_not_believed") from error
    except OSError as error:
        log.logger("hooks").warning("certificate not to be had", provider="ses", why=str(error))
        raise Problem("report_certificate_away") from error


@router.post("/hooks/ses")
def take_ses(
    request: Request,
    given: Annotated[Notification, Depends(_notification)],
    connection: Transaction,
) -> Response:
    """Take in a notification of Amazon SNS: an event of SES, or the question whether we want them."""
    state = state_of(request)
    if given.kind == "SubscriptionConfirmation":
        return _confirmed(given)
    if given.kind == "Notification":
        reports = list(events.reports(given.id, given.at, given.message))
        keep(connection, state.clock.now(), "ses", reports)
        for one in reports:
            request.app.state.reports.count.labels("ses", one.happened.value).inc()
    return Response(status_code=204)


def _confirmed(given: Notification) -> Response:
    """Say yes to a topic of ours, at the address that its signed question names."""
    try:
        fetch(given.subscribe_url)
    except (OSError, NotBelieved) as error:
        log.logger("hooks").warning("subscription not confirmed", topic=given.topic, why=str(error))
        raise Problem("report_certificate_away") from error
    log.logger("hooks").info("subscription confirmed", topic=given.topic)
    return Response(status_code=204)
