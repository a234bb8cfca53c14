"""Why a vendor gets no order, or somebody may not judge."""
from __future__ import annotations

from common.errors import ConflictError, IllegalStepError, InvalidError, NotAllowedError


class VendorStoppedError(IllegalStepError):
    """This vendor takes no new orders now; `details.stops` says why."""

    code = "vendor_stopped"


class NotServedError(InvalidError):
    """This vendor does not offer the service, or not there."""

    code = "not_served"


class LicenceKnownError(ConflictError):
    """A vendor with this licence number is registered already."""

    code = "licence_known"


class NotOfTheAuthorityError(NotAllowedError):
    """Only a person of the vendor's vetting authority may do this."""

    code = "not_of_the_authority"


class SamePersonError(NotAllowedError):
    """Who filed or verified a complaint does not judge it a second time: somebody else must."""

    code = "same_person"


class TooLateError(IllegalStepError):
    """The time to appeal is over."""

    code = "too_late"


class BadFileError(InvalidError):
    """The file is not a JPEG, PNG or PDF, or it is damaged."""

    code = "bad_file"
