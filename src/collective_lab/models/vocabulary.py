"""A small vocabulary of a corpus's own, for the models that are trained from scratch.

It is WordPiece, as BERT's is: the most frequent words are one token each, every other word is
spelled out, so that nothing printable is unknown.
"""

import string
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MOST_WORDS = 8_000
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
CHARACTERS = tuple(sorted({c.lower() for c in string.printable if not c.isspace()}))


def own_tokenizer(texts: Iterable[str]) -> "PreTrainedTokenizerBase":
    """Return an uncased WordPiece tokenizer whose words are the most frequent ones of some texts.

    Equal texts give equal tokenizers; of equally frequent words the alphabetically first counts.

    Parameters
    ----------
    texts
        The training side of a corpus.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    normalizer = normalizers.BertNormalizer(lowercase=True)
    splitter = pre_tokenizers.BertPreTokenizer()
    counts: Counter[str] = Counter(chunk for text in texts for chunk in text.split())
    words: Counter[str] = Counter()
    for chunk, count in counts.items():
        for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(chunk)):
            words[word] += count
    frequent = sorted(words, key=lambda word: (-words[word], word))[:MOST_WORDS]
    spelled = [*CHARACTERS, *(f"##{c}" for c in CHARACTERS)]
    vocabulary = {
        token: i for i, token in enumerate(dict.fromkeys([*SPECIAL, *spelled, *frequent]))
    }

    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splitter
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **dict(zip(names, SPECIAL, strict=True))
    )
