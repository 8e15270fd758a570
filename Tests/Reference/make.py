"""Writes what the reference makes of texts to a folder, for the Swift tests: `tokens`, texts that are hard to tokenize with their ids,
`texts`, 500 texts with their vectors, and `words`, a few with how many tokens each of their words has and the words' vectors. The same every
time.

    make.py MODEL FOLDER
"""

import json
import random
import sys
import unicodedata
from pathlib import Path

import numpy as np

from minilm import MiniLM

data = Path(__file__).resolve().parents[3] / "shared/data"
chance = random.Random(11)


def passages(corpus, count):
    path = data / corpus / "corpus.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    rows = [json.loads(line) for line in chance.sample(lines, min(count, len(lines)))]
    return [f"{row.get('title') or ''} {row.get('text') or ''}".strip() for row in rows]


def naughty():
    path = data / "bad-input/blns.json"
    return json.loads(path.read_text()) if path.exists() else []


# By hand: what has tripped tokenizers.
ODD = [
    "", " ", "\0", "\u200b", "[SEP]", "a[CLS]b [MASK][PAD] [UNK]x [sep] [ SEP]", "x" * 99, "x" * 100, "x" * 101, "x" * 5000, "é" * 100,
    "é" * 101, "ﬁ" * 100, "각" * 33 + "가", "각" * 34, "x" * 99 + "\u0301" * 5, "İstanbul ΣΑΣ ẞ ǅ", "\ufeffabc\u200bdef\u00adghi",
    "e\u0301\u0323 q\u0323\u0307", "👩‍👩‍👧‍👦 🏳️‍🌈 🤣 🇩🇪 👍🏽", "a\u0085b\u2028c\u2029d\u00a0e\u3000f", "≠ ≮ ≯ ` ´ ¨", "１２３ ＡＢＣ ａｂｃ",
    "शक्ति में है", "ภาษาไทย", "한국어 문장입니다.", "日本語の文章、カタカナとｶﾀｶﾅ。", "中文没有空格。", "العربية مُشَكَّلة", "עִבְרִית", "Ελληνικά ά", "Ёлка й",
    "tiếng Việt có dấu", "\U0001d11e \U00020000 \U0002f800 \ufa0e", "don't can't won't", "3.14 1e10 -5 +7", "$100 € 5 £3", "a_b-c–d—e",
    "http://example.com/?q=1&r=2#x", "\r\n\t mixed \x0b\x0c whitespace", "\x1b[31mred\x1b[0m", "a" + "\u0300" * 500,
]

# Words of one piece and of many, of several meanings, between marks, and past the model's limit.
WORDED = [
    "She sat on the bank of the river.", "The bank raised its interest rates again!", "Keep the reset button pressed for ten seconds.",
    "Antidisestablishmentarianism, electroencephalography & pneumonoultramicroscopicsilicovolcanoconiosis", "a", "",
    "3.14 is not 1,000.50 (2026-11-21).",
    "Größe, naïve café; Ελληνικά ά, Ёлка", "中文没有空格 and 日本語の文章", "don't can't won't — “quoted” [brackets] e.g. http://example.com/?q=1",
    "🤣 unknown signs ⟨⟩ between words", " ".join(f"word{number} of a long text," for number in range(120)),
]


def words(scalars):
    return [" ".join(f"ab{c}a {c}" for c in scalars[first : first + 40]) for first in range(0, len(scalars), 40)]


def hard(model):
    assigned = [chr(c) for c in range(0x20000) if not 0xD800 <= c < 0xE000 and unicodedata.category(chr(c)) not in ("Cn", "Co")]
    cjk = [c for c in assigned if 0x3400 <= ord(c) < 0xA000 or 0xAC00 <= ord(c) < 0xD7A4 or 0x17000 <= ord(c) < 0x18D00]
    some = set(chance.sample(cjk, 3000)).union(assigned).difference(set(cjk).difference(chance.sample(cjk, 3000)))
    some.update(chr(c) for c in range(0x20000, 0x110000, 997))
    vocabulary = sorted(model.tokenizer.get_vocab())
    letters = sorted({letter for piece in vocabulary for letter in piece})
    mixed = []
    for _ in range(1500):
        parts = (chance.choice((chance.choice(letters), chance.choice(letters), chance.choice(assigned), " ", chance.choice(vocabulary)))
                 for _ in range(chance.randint(1, 120)))
        mixed.append("".join(parts))
    return ODD + naughty() + words(sorted(some)) + mixed


def write_ids(path, ids):
    np.concatenate([np.array([len(text), *text], np.int32) for text in ids]).tofile(path)


def main(folder, out):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    model = MiniLM(folder)
    tokens = hard(model)
    (out / "tokens.json").write_text(json.dumps(tokens))
    write_ids(out / "tokens.ids", model.ids(tokens))
    texts = ODD + chance.sample(naughty(), min(100, len(naughty())))
    texts += passages("ret-scifact", 120) + passages("ret-cranfield", 60) + passages("conv-mtrag", 60)
    # Past the model's limit of tokens, and of each short length.
    texts += [" ".join(chance.choices(tokens[len(ODD) :], k=30)) for _ in range(40)]
    fill = model.tokenizer.get_vocab()
    plain = sorted(piece for piece in fill if piece.isalpha())
    while len(texts) < 500:
        texts.append(" ".join(chance.choices(plain, k=len(texts) % 40)))
    texts = texts[:500]
    (out / "texts.json").write_text(json.dumps(texts))
    model.embed(texts).astype(np.float32).tofile(out / "texts.vectors")
    (out / "words.json").write_text(json.dumps(WORDED))
    lengths, vectors = model.words(WORDED)
    write_ids(out / "words.ids", lengths)
    vectors.astype(np.float32).tofile(out / "words.vectors")
    (out / "complete").touch()


main(*sys.argv[1:])
