"""What a process has shown of each page, so that a replica that lags takes no reader back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Final

#: About 10 MB. Beyond it the pages longest not asked for are forgotten.
PAGES_MAX: Final = 50_000


class NewestSeen:
    """The newest version of each page that was seen, for many threads."""

    def __init__(self, pages_max: int = PAGES_MAX) -> None:
        self._pages_max = pages_max
        self._versions: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._lock = Lock()

    def newest(self, site: str, versions: Mapping[str, int]) -> dict[str, int]:
        """Notes these versions by page key; returns for each page the newest that was ever noted."""
        with self._lock:
            found = {
                key: max(version, self._versions.get((site, key), 0)) for key, version in versions.items()
            }
            for key, version in found.items():
                self._versions[site, key] = version
                self._versions.move_to_end((site, key))
            while len(self._versions) > self._pages_max:
                self._versions.popitem(last=False)
        return found
