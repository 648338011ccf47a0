"""How often a request is sent again, and how long the pauses are.

Libraries for this repeat a call; what is repeated here is the part of a batch that a look at the cluster shows
to be lacking.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Up to ``most`` retries of what failed in a way that passes, the first at most ``delay`` seconds later.

    The longest pause doubles from retry to retry, and each is drawn at random below it ("full jitter"), so that
    many runs do not come back all at once: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    most: int = 3
    delay: float = 1.0
    draw: Callable[[float, float], float] = random.uniform

    def pause(self, tries: int) -> float:
        """Seconds to wait after so many tries that failed; none after none."""
        return self.draw(0, min(_LONGEST_PAUSE, self.delay * 2 ** (tries - 1))) if tries else 0.0
