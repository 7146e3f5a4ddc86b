"""Asks a camera once what it offers."""

from farola.api import ConnectionTest
from farola.app.reach import Reach, limits_of
from farola.base import Clock, Error
from farola.config import Settings
from farola.media import Codec, CodecConfig
from farola.model import Address, Credentials
from farola.rtsp import probe


async def ask_camera(
    address: Address,
    login: Credentials | None,
    settings: Settings,
    clock: Clock,
) -> ConnectionTest:
    """What the camera offers. What it does wrong is an answer, not an Error."""
    started_us = clock.monotonic_us()
    try:
        target = await Reach(settings.network).address(address, login)
        found = await probe(target, limits=limits_of(settings.recorder))
        config = None
        if found.parameter_sets:
            config = CodecConfig.from_parameter_sets(Codec(found.codec), found.parameter_sets)
    except Error as error:
        return ConnectionTest(
            ok=False,
            reason=error.kind,
            detail=error.message,
            codec="",
            width=0,
            height=0,
            frame_rate=None,
            audio_offered=False,
            elapsed_ms=(clock.monotonic_us() - started_us) // 1_000,
        )
    return ConnectionTest(
        ok=True,
        reason=None,
        detail="",
        codec=found.codec,
        width=config.picture.width if config else 0,
        height=config.picture.height if config else 0,
        frame_rate=config.picture.frame_rate if config else None,
        audio_offered=found.audio_offered,
        elapsed_ms=(clock.monotonic_us() - started_us) // 1_000,
    )
