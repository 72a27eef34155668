"""All table models in one metadata."""

from __future__ import annotations

from pauta.calendar import models as calendar
from pauta.campaigns import models as campaigns
from pauta.channels import models as channels
from pauta.channels.email import models as email
from pauta.content import models as content
from pauta.events import models as events
from pauta.events.intake import models as intake
from pauta.journeys import models as journeys
from pauta.messages import models as messages
from pauta.people import models as people
from pauta.platform.schema import Base
from pauta.policies import models as policies
from pauta.privacy import models as privacy
from pauta.segments import models as segments
from pauta.team import models as team
from pauta.tracking import models as tracking
from pauta.webhooks import models as webhooks

NOUNS = (
    *(channels, email, people, events, intake, webhooks, policies, content, team),
    *(segments, messages, campaigns, calendar, privacy, tracking, journeys),
)
METADATA = Base.metadata
