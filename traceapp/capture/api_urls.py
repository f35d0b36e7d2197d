"""Under `/api/v1/`: nothing of ours yet; events come in at `/epcis/capture`."""

from typing import Any

urlpatterns: list[Any] = []
