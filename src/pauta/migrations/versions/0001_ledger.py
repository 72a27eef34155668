"""People, policies, content, campaigns and the ledger."""

from __future__ import annotations

import secrets
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTITIONS, TABLES = 64, 8
PERMISSIONS = """
INSERT INTO sending_permission (role, types, topics, most, per_day) VALUES
  ('admin', '{}', '{}', NULL, NULL),
  ('marketer', '{educational,relationship,promotional,operational}', '{}', NULL, NULL),
  ('csm', '{educational,relationship}', '{}', 1, 50),
  ('support', '{}', '{ticket}', 1, 200),
  ('leader', '{relationship,operational}', '{news,letter}', NULL, NULL),
  ('sender', '{}', '{}', 1, NULL)
"""
PARTITIONED = ("message", "message_change", "attempt", "archive", "touch")


def upgrade() -> None:
    """Create everything; each partitioned table gets eight physical tables of eight partitions."""
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    subjects = ("tally", "consent", "slowed", "events", "journeys", "segments")
    for name in (f"0001_{subject}.sql" for subject in subjects):
        op.execute(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    per_table = PARTITIONS // TABLES
    for parent in PARTITIONED:
        for number in range(TABLES):
            parts = ", ".join(str(part) for part in range(number * per_table, (number + 1) * per_table))
            op.execute(f"CREATE TABLE {parent}_{number} PARTITION OF {parent} FOR VALUES IN ({parts})")
    op.execute(
        f"INSERT INTO lease (part, until) SELECT part, '-infinity' FROM generate_series(0, {PARTITIONS - 1}) part"
    )
    op.execute("INSERT INTO place (id) VALUES (0)")
    op.execute(PERMISSIONS)
    op.execute(f"INSERT INTO link_key VALUES (0, decode('{secrets.token_hex(32)}', 'hex'), to_timestamp(0))")
    for number in range(TABLES):
        op.execute(f"ALTER TABLE archive_{number} ALTER COLUMN body SET STORAGE EXTERNAL")
