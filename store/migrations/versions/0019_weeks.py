"""weeks of sources go through a table of all weeks, which is made with the views"""

from typing import Any

revision = "0019"
down_revision: str | None = "0018"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """The views and what they read are made anew after every migration."""
