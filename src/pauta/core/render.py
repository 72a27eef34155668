"""Templates: compiled once when they are published, rendered for each recipient. Pure: values in, text out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished message: what stands in the subject line, the HTML, and the same as plain text."""

    subject: str
    html: str
    text: str
