"""The models in force, kept in the memory of each process and looked at again every two seconds."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from service.domain.comment import NewComment
from service.domain.errors import Unavailable
from service.domain.opinion import Classified
from service.log import logger
from service.spam.classifier import prior, stored
from service.spam.classifier.features import Text
from service.spam.classifier.model import SiteModel
from service.spam.classifier.opine import Scorer
from service.storage import spam_models
from service.storage.database import reading

FRESH_SECONDS: Final = 2.0
SITES_MAX: Final = 64  # a mebibyte each


@dataclass(frozen=True)
class _Kept:
    scorer: Scorer
    looked_at: float


class Shelf:
    """Gives each site its scorer, at most two seconds old; an older one while the database does not answer."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._guard = threading.Lock()

    def classify(self, new: NewComment) -> Classified:
        """What the models in force think of a comment. A failure is told, never raised: the comment is held."""
        try:
            scorer = self.scorer(new.site)
            if scorer.prior is None and scorer.site is None:
                return Classified()
            return Classified(scorer.opinion(Text(new.body, new.name, new.website)))
        except Exception as error:
            logger().error("the classifier failed", site=new.site, kind=type(error).__name__)
            return Classified(failed=True)

    def scorer(self, site: str) -> Scorer:
        """The models in force for a site. Raises PriorUnusable."""
        with self._guard:
            kept = self._kept.get(site)
        now = time.monotonic()
        if kept is not None and now - kept.looked_at < FRESH_SECONDS:
            return kept.scorer
        scorer = self._current(site, kept.scorer if kept else None)
        with self._guard:
            self._kept[site] = _Kept(scorer, now)
            self._kept.move_to_end(site)
            if len(self._kept) > SITES_MAX:
                self._kept.popitem(last=False)
        return scorer

    def forget(self) -> None:
        """Looks everything up anew, after a model was changed in this process."""
        with self._guard:
            self._kept.clear()

    def _current(self, site: str, kept: Scorer | None) -> Scorer:
        try:
            with reading() as session:
                version = spam_models.current_version(session, site)
                if kept is not None and version == kept.version:
                    return kept
                row = spam_models.get(session, site, version) if version else None
        except Unavailable:
            return kept or Scorer(prior.shipped(), None)
        return Scorer(prior.shipped(), self._unpacked(row.weights, site) if row else None, version)

    def _unpacked(self, weights: bytes, site: str) -> SiteModel | None:
        try:
            return stored.decode(weights)
        except (
            stored.ModelUnusable
        ) as error:  # of another version of the service: the prior speaks until a rebuild
            logger().warning("a site's model cannot be used", site=site, why=str(error))
            return None
