"""What may be a name, as Unicode's tables say it: another way to the server's own rule."""

import unicodedata

TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def misleads(letter):
    """A control, a break of lines, or what turns the direction of the text behind it."""
    return unicodedata.category(letter) in ("Cc", "Zl", "Zp") or unicodedata.bidirectional(letter) in TURNING


def possible(text):
    return not any(map(misleads, text)) and any(unicodedata.category(letter) not in ("Zs", "Cf") for letter in text)


def plain(text):
    """The same without what no name holds."""
    return "".join(letter for letter in text if not misleads(letter))
