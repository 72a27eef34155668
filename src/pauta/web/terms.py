"""On what terms a message goes, as campaigns and single messages are told it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from pauta.content.topics import MOST_UNREAD_DAYS
from pauta.web.types import Day, Form, Line

Channel = Literal["email", "sms", "whatsapp", "call", "print", "inapp", "voice", "push"]
MessageType = Literal["transactional", "educational", "relationship", "promotional", "operational"]


class TermsForm(Form):
    """What a message is, who says it, how much it matters, and when it may go."""

    type: MessageType
    topic: Line = Field(
        default="", description="What it is about; consents and preferences name it.", examples=["news"]
    )
    team: Line = Field(default="", description="Team that says it; the key's own when it is left out.")
    tier: int = Field(default=2, ge=0, le=3, description="0 critical, 1 high, 2 normal, 3 low.")
    value: float = Field(
        default=0.0, gt=-1e9, lt=1e9, allow_inf_nan=False, description="Higher goes first within a tier."
    )
    urgent: bool = False
    channels: list[Channel] = Field(default=["email"], min_length=1, max_length=8, description="In order of wish.")
    not_before: Day | None = Field(default=None, description="First day, on the contact's calendar.")
    expires: Day | None = Field(default=None, description="Last day, on the contact's calendar.")
    at: str | None = Field(
        default=None, pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Hour of the contact's day."
    )

    unread_days: int | None = Field(
        default=None,
        ge=0,
        le=MOST_UNREAD_DAYS,
        description="Days after which what nobody has read goes on by the next channel; 0 for never, and as the topic "
        "says when it is left out.",
    )

    def document(self, own_team: str) -> dict[str, Any]:
        """The JSON document that the nouns read; without a team it speaks for ``own_team``."""
        document = self.model_dump(mode="json")
        return document | {"team": self.team or own_team}
