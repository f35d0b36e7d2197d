"""The forms an answer may have: how identifiers and words of the CBV are spelled in it."""

from __future__ import annotations

from enum import StrEnum


class EpcFormat(StrEnum):
    """`GS1-EPC-Format`: how identifiers are written in an answer."""

    NO_PREFERENCE = "No_Preference"
    DIGITAL_LINK = "Always_GS1_Digital_Link"
    URN = "Always_EPC_URN"
    AS_CAPTURED = "Never_Translates"


class CbvFormat(StrEnum):
    """`GS1-CBV-XML-Format`: how words of the CBV are written in XML. In JSON they are always bare words."""

    NO_PREFERENCE = "No_Preference"
    WEB_URI = "Always_Web_URI"
    URN = "Always_URN"
    AS_CAPTURED = "Never_Translates"
