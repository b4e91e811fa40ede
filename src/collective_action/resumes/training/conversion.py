"""From a model of `transformers` to the fast encoder and back: the same weights, other names."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from collective_action.resumes.training.encoder import Encoder, Shape

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# What this package calls a parameter, and what each architecture of transformers calls it.
# {i} is the number of the block, {k} is weight or bias.
_NAMES = {
    "distilbert": {
        "words.weight": "distilbert.embeddings.word_embeddings.weight",
        "positions.weight": "distilbert.embeddings.position_embeddings.weight",
        "norm.{k}": "distilbert.embeddings.LayerNorm.{k}",
        "blocks.{i}.q.{k}": "distilbert.transformer.layer.{i}.attention.q_lin.{k}",
        "blocks.{i}.k.{k}": "distilbert.transformer.layer.{i}.attention.k_lin.{k}",
        "blocks.{i}.v.{k}": "distilbert.transformer.layer.{i}.attention.v_lin.{k}",
        "blocks.{i}.out.{k}": "distilbert.transformer.layer.{i}.attention.out_lin.{k}",
        "blocks.{i}.attention_norm.{k}": "distilbert.transformer.layer.{i}.sa_layer_norm.{k}",
        "blocks.{i}.up.{k}": "distilbert.transformer.layer.{i}.ffn.lin1.{k}",
        "blocks.{i}.down.{k}": "distilbert.transformer.layer.{i}.ffn.lin2.{k}",
        "blocks.{i}.output_norm.{k}": "distilbert.transformer.layer.{i}.output_layer_norm.{k}",
        "before.{k}": "pre_classifier.{k}",
        "classifier.{k}": "classifier.{k}",
    },
    "bert": {
        "words.weight": "bert.embeddings.word_embeddings.weight",
        "positions.weight": "bert.embeddings.position_embeddings.weight",
        "segment": "bert.embeddings.token_type_embeddings.weight",
        "norm.{k}": "bert.embeddings.LayerNorm.{k}",
        "blocks.{i}.q.{k}": "bert.encoder.layer.{i}.attention.self.query.{k}",
        "blocks.{i}.k.{k}": "bert.encoder.layer.{i}.attention.self.key.{k}",
        "blocks.{i}.v.{k}": "bert.encoder.layer.{i}.attention.self.value.{k}",
        "blocks.{i}.out.{k}": "bert.encoder.layer.{i}.attention.output.dense.{k}",
        "blocks.{i}.attention_norm.{k}": "bert.encoder.layer.{i}.attention.output.LayerNorm.{k}",
        "blocks.{i}.up.{k}": "bert.encoder.layer.{i}.intermediate.dense.{k}",
        "blocks.{i}.down.{k}": "bert.encoder.layer.{i}.output.dense.{k}",
        "blocks.{i}.output_norm.{k}": "bert.encoder.layer.{i}.output.LayerNorm.{k}",
        "before.{k}": "bert.pooler.dense.{k}",
        "classifier.{k}": "classifier.{k}",
    },
}


def shape(model: "PreTrainedModel") -> Shape:
    """Return what a model is made of.

    Raises
    ------
    ValueError
        If it is neither a BERT nor a DistilBERT with GELU, the only ones that the encoder computes.
    """
    config = model.config
    if config.model_type == "distilbert" and config.activation == "gelu":
        return Shape(
            layers=config.n_layers, heads=config.n_heads, width=config.dim,
            hidden=config.hidden_dim, head="relu", dropout=config.dropout,
            head_dropout=config.seq_classif_dropout, epsilon=1e-12,
        )  # fmt: skip
    if config.model_type == "bert" and config.hidden_act == "gelu":
        head_dropout = config.classifier_dropout
        return Shape(
            layers=config.num_hidden_layers, heads=config.num_attention_heads,
            width=config.hidden_size, hidden=config.intermediate_size, head="tanh",
            dropout=config.hidden_dropout_prob,
            head_dropout=config.hidden_dropout_prob if head_dropout is None else head_dropout,
            epsilon=config.layer_norm_eps,
        )  # fmt: skip
    raise ValueError(
        f"model is a {config.model_type}: the fast encoder computes BERT and DistilBERT with GELU"
    )


def encoder(model: "PreTrainedModel", used: Tensor) -> Encoder:
    """Return the encoder that computes what a model computes, on the words that are used.

    Parameters
    ----------
    model
        A `transformers` model for sequence classification.
    used
        The token ids that can occur, ascending, shape (n_used,): row i of the encoder's word
        embedding is that of token used[i].
    """
    positions = model.config.max_position_embeddings
    fast = Encoder(shape(model), len(used), positions, model.config.num_labels)
    own = dict(fast.named_parameters())
    with torch.no_grad():
        for (name, part), value in _pairs(model, fast):
            _part(own[name], part).copy_(value[_rows(name, used)])
    return fast


def write_back(fast: Encoder, model: "PreTrainedModel", used: Tensor) -> None:
    """Put the encoder's weights into the model that it was made from."""
    own = dict(fast.named_parameters())
    with torch.no_grad():
        for (name, part), value in _pairs(model, fast):
            value[_rows(name, used)] = _part(own[name], part).to(value)


def _pairs(model: "PreTrainedModel", fast: Encoder) -> Sequence[tuple[tuple[str, str], Tensor]]:
    theirs = dict(model.named_parameters())
    pairs = []
    for ours, name in _NAMES[model.config.model_type].items():
        blocks = range(fast.shape.layers) if "{i}" in ours else (0,)
        for i in blocks:
            for k in ("weight", "bias") if "{k}" in ours else ("weight",):
                target = ours.format(i=i, k=k)
                part = ""
                for projection in ("q", "k", "v"):
                    if f".{projection}." in target:
                        target = target.replace(f".{projection}.", ".qkv.")
                        part = projection
                pairs.append(((target, part), theirs[name.format(i=i, k=k)]))
    return pairs


def _rows(name: str, used: Tensor) -> Tensor | int | slice:
    """Return which rows of a model's parameter the encoder has: no model here has two segments."""
    return {"words.weight": used, "segment": 0}.get(name, slice(None))


def _part(parameter: Tensor, part: str) -> Tensor:
    return parameter.chunk(3)["qkv".index(part)] if part else parameter
