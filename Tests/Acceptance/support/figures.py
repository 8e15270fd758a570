"""How well a text agrees with a reference: its words found, its words known there, and their order."""

import re
from collections import Counter


def words(text):
    return re.findall(r"\w+", text.lower())


def agreement(reference, found):
    """(share of the reference's words found, share of ours in the reference, rank correlation of those that stand once in both)."""
    theirs, ours = words(reference), words(found)
    their_counts, our_counts = Counter(theirs), Counter(ours)
    shared = sum((their_counts & our_counts).values())
    single = [word for word in theirs if their_counts[word] == 1 == our_counts[word]]
    return shared / max(1, len(theirs)), shared / max(1, len(ours)), order(single, ours)


def order(single, ours):
    """Spearman's rank correlation; 1 where there is nothing to compare."""
    if len(single) < 3:
        return 1.0
    place = {word: index for index, word in enumerate(ours)}
    rank = {word: index for index, word in enumerate(sorted(single, key=place.__getitem__))}
    count = len(single)
    return 1 - 6 * sum((index - rank[word]) ** 2 for index, word in enumerate(single)) / (count * (count**2 - 1))
