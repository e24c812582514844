"""The bootstrap over customers when all that is needed are sums: customers are dealt into blocks, blocks are drawn.

Up to `MOST_BLOCKS` customers each is a block of its own, which is the plain bootstrap. Beyond that blocks are random
groups of customers, whose sums vary as the customers do, and time and memory stop growing with their number.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

MOST_BLOCKS = 1_000


def block_sums(n: int, sums: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Sums of each block, (blocks, …); `sums` turns row numbers into an array of sums over these rows."""
    blocks = min(n, MOST_BLOCKS)
    dealt = rng.permutation(n)
    return np.stack([sums(np.sort(dealt[block::blocks])) for block in range(blocks)])


def draw_sums(parts: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Totals of `resamples` bootstrap samples of the blocks, (resamples, …)."""
    blocks = len(parts)
    times = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples).astype(float)
    return (times @ parts.reshape(blocks, -1)).reshape(resamples, *parts.shape[1:])


def percentiles(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 2.5th and 97.5th percentile over the resamples, ignoring those that gave no number."""
    low, high = np.nanquantile(values, [0.025, 0.975], axis=0)
    return low, high
