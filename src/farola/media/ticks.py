"""Media time in 90 kHz ticks, wall time in microseconds, and the way between them."""

TICKS_PER_SECOND = 90_000
_US_PER_SECOND = 1_000_000


def us_to_ticks(us: int) -> int:
    """Microseconds as 90 kHz ticks, half rounded up."""
    return (us * 9 + 50) // 100


def ticks_to_us(ticks: int) -> int:
    """90 kHz ticks as microseconds, half rounded up."""
    return (ticks * 100 + 4) // 9


assert TICKS_PER_SECOND * 100 == _US_PER_SECOND * 9
