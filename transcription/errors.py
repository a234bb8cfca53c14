"""What can go wrong with models and recognition, each with what to do about it."""
from __future__ import annotations

from common.errors import InvalidError, JiesuError, NotFoundError, UnavailableError


class UnreadableAudioError(InvalidError):
    """This file is not a recording that can be transcribed."""

    code = "audio_unreadable"


class UnknownModelError(NotFoundError):
    """The catalogue has no model of this name; `./jiesu models list` shows those it has."""

    code = "model_unknown"


class ModelDamagedError(InvalidError):
    """The model is not what it should be (size, checksum or contents); nothing was installed."""

    code = "model_damaged"


class ModelUnreachableError(UnavailableError):
    """The model could not be fetched from where it is published; fetch it elsewhere and `./jiesu models import FILE`."""

    code = "model_unreachable"


class NoSpaceForModelError(UnavailableError):
    """There is not enough free space for the model."""

    code = "model_no_space"


class RecogniserError(JiesuError):
    """The recogniser failed."""

    code = "recogniser_failed"
