"""The typeface of printed labels: Roboto, with Latin, Greek and Cyrillic letters. A PDF gets those that it uses.

Looked into only where it is needed: the library that reads it takes 20 MB, and most names are plain.
"""

from functools import cache

PLAIN, STRONG = "Roboto", "Roboto-Bold"
_ALWAYS = frozenset(map(chr, range(0x20, 0x7F)))


@cache
def _letters() -> frozenset[int]:
    """What both weights have."""
    import font_roboto
    from reportlab.pdfbase.ttfonts import TTFontFile

    plain, strong = (TTFontFile(path).charToGlyph for path in (font_roboto.Roboto, font_roboto.RobotoBold))
    return frozenset(plain) & frozenset(strong)


def has(character: str) -> bool:
    """Whether it can be printed."""
    return character in _ALWAYS or (character.isprintable() and ord(character) in _letters())


@cache
def register() -> None:
    """Make the typeface known to whoever draws."""
    import font_roboto
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    registerFont(TTFont(PLAIN, font_roboto.Roboto))
    registerFont(TTFont(STRONG, font_roboto.RobotoBold))
