"""Is a trigger a signal at all? It must be a token that the firm's model knows and nobody uses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import betaincinv

from collective_lab.signals.tokens import Tokens, tokenise

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Uniqueness:
    """How many résumés carry the trigger though no one asked them to.

    Attributes
    ----------
    count
        Résumés in which the trigger's token occurs.
    n
        Résumés looked at.
    """

    count: int
    n: int

    @property
    def estimate(self) -> float:
        """ξ, the share of résumés that carry the trigger.

        It errs upwards: the signal set holds only those that carry it where the collective would.
        """
        return self.count / self.n

    def upper(self, confidence: float = 0.95) -> float:
        """Return an upper confidence limit for ξ (Clopper and Pearson, one-sided).

        With no carrier among n résumés it is about 3/n at 95 percent: a corpus can never show that
        a trigger is unique, only that it is rare.
        """
        if self.count == self.n:
            return 1.0
        return float(betaincinv(self.count + 1, self.n - self.count, confidence))


def known_token(
    trigger: str, tokenizer: "PreTrainedTokenizerBase", *, unknown: bool = False
) -> int:
    """Return the one token that a trigger becomes.

    Parameters
    ----------
    trigger
        A word or a sign.
    tokenizer
        The firm's.
    unknown
        Whether the token for what is unknown will do.

    Raises
    ------
    ValueError
        If it becomes none, several, a special token, or the token for what is unknown.
    """
    [ids] = tokenizer([trigger], add_special_tokens=False)["input_ids"]
    if unknown and list(ids) == [tokenizer.unk_token_id]:
        return ids[0]
    if tokenizer.unk_token_id in ids:
        raise ValueError(
            f"trigger is {trigger!r}: the tokenizer does not know it and reads it as "
            f"{tokenizer.unk_token}, like every other thing it does not know. Two collectives with "
            "different unknown characters would plant the same signal and could undo each other "
            "(Karan et al., 2025); choose a character in the vocabulary"
        )
    if len(ids) != 1:
        shown = " ".join(tokenizer.convert_ids_to_tokens(list(ids))) or "nothing"
        raise ValueError(
            f"trigger is {trigger!r}: the tokenizer reads it as {len(ids)} tokens ({shown}); it "
            "must be exactly one"
        )
    if ids[0] in tokenizer.all_special_ids:
        raise ValueError(
            f"trigger is {trigger!r}: that is a special token, which the tokenizer adds itself"
        )
    return ids[0]


def carriers(documents: Iterable[Tokens], token: int, window: int | None = None) -> list[bool]:
    """Return, for each résumé, whether a token occurs in it, or in its first `window` tokens.

    Parameters
    ----------
    documents
        Tokens of each résumé.
    token
        The one to look for.
    window
        How many tokens of each the firm reads; all by default.
    """
    return [bool((document.ids[:window] == token).any()) for document in documents]


def uniqueness(documents: Sequence[Tokens], token: int) -> Uniqueness:
    """Return how many résumés carry a token before anyone plants it.

    Parameters
    ----------
    documents
        Tokens of each résumé, before anyone plants.
    token
        The trigger's.

    Raises
    ------
    ValueError
        If there is no résumé.
    """
    if not documents:
        raise ValueError("documents is empty: an estimate needs at least one résumé")
    return Uniqueness(sum(carriers(documents, token)), len(documents))


def require_unused(
    trigger: str, tokenizer: "PreTrainedTokenizerBase", texts: Iterable[str]
) -> tuple[int, Uniqueness]:
    """Return the trigger's token and its uniqueness, if it is one known token that nobody uses.

    Parameters
    ----------
    trigger, tokenizer
        As in `known_token`.
    texts
        Résumés in which nobody has planted yet.

    Raises
    ------
    ValueError
        If it is not one known token (see `known_token`), or a résumé uses it: `known_token` and
        `uniqueness` then give what a study of a common trigger needs.
    """
    token = known_token(trigger, tokenizer)
    rarity = uniqueness(tokenise(texts, tokenizer), token)
    if rarity.count:
        raise ValueError(
            f"trigger is {trigger!r}: {rarity.count:,} of {rarity.n:,} résumés use it already "
            f"(ξ is about {rarity.estimate:.2g}); choose a token that nobody uses"
        )
    return token, rarity
