"""What stands in the log once for each trouble, rather than once for each try."""

import logging
from collections import defaultdict
from typing import Final

_MOST: Final = 20  # different sentences about one matter: some name a time or a transaction


class Told:
    """Sentences by what they are about, until that is in order again."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._said: dict[str, set[str]] = defaultdict(set)

    def say(self, about: str, sentence: str, *, key: str = "", level: int = logging.ERROR) -> None:
        """Log the sentence, unless it was said before. `key` stands for it where it has a part that changes."""
        said, stands_for = self._said[about], key or sentence
        if stands_for in said:
            return
        # The same may have been said of something else: an organisation's records that wait for the same clock.
        known = any(one.endswith(stands_for) for others in self._said.values() for one in others)
        if len(said) >= _MOST:
            said.clear()
        said.add(stands_for)
        if not known:
            self._logger.log(level, "%s", sentence)

    def is_open(self, about: str) -> bool:
        """Whether something was said of it that is not over."""
        return bool(self._said.get(about))

    def over(self, about: str, sentence: str) -> bool:
        """It is in order again: log that, if there was anything to say. True if there was."""
        if not self._said.pop(about, None):
            return False
        self._logger.info("%s", sentence)
        return True
