"""From a model of `transformers` to the fast encoder and back: the same weights, other names."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from collective_lab.training.fast.encoder import USUAL, Encoder, Parts, Shape

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# What this package calls a parameter, and what each architecture of transformers calls it.
# {i} is the number of the block, {k} is weight or bias.
_NAMES = {
    "distilbert": {
        "words": "distilbert.embeddings.word_embeddings.weight",
        "positions": "distilbert.embeddings.position_embeddings.weight",
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
        "words": "bert.embeddings.word_embeddings.weight",
        "positions": "bert.embeddings.position_embeddings.weight",
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


def encoder(
    models: Sequence["PreTrainedModel"],
    used: Tensor,
    parts: Parts = USUAL,
) -> Encoder:
    """Return the encoder that computes what the models compute, on the words that are used.

    Parameters
    ----------
    models
        `transformers` models of one shape for sequence classification, one a run.
    used
        The token ids that can occur, ascending, shape (n_used,): row i of the encoder's word
        embedding is that of token used[i].
    parts
        Its norms and dropouts.
    """
    config = models[0].config
    assert config.num_labels is not None, "a classifier has them"
    fast = Encoder(
        shape(models[0]),
        len(models),
        len(used),
        config.max_position_embeddings,
        config.num_labels,
        parts,
    )
    with torch.no_grad():
        for run, model in enumerate(models):
            for fast_weight, weight, rows in _pairs(model, fast, run, used):
                fast_weight.copy_(weight[rows])
    return fast


def write_back(fast: Encoder, models: Sequence["PreTrainedModel"], used: Tensor) -> None:
    """Put the encoder's weights into the models that it was made from."""
    with torch.no_grad():
        for run, model in enumerate(models):
            for fast_weight, weight, rows in _pairs(model, fast, run, used):
                weight[rows] = fast_weight.to(weight)


def _pairs(
    model: "PreTrainedModel", fast: Encoder, run: int, used: Tensor
) -> Iterator[tuple[Tensor, Tensor, Tensor | int | slice]]:
    """Yield each parameter of one run, the model's, and which of its rows the encoder has."""
    weights, fast_weights = dict(model.named_parameters()), {}
    for name, parameter in fast.named_parameters():
        parts = zip("qkv", parameter[run].chunk(3), strict=True) if ".qkv." in name else ()
        fast_weights |= {name: parameter[run]}
        fast_weights |= {
            name.replace(".qkv.", f".{projection}."): part for projection, part in parts
        }
    for fast_name, name in _NAMES[model.config.model_type].items():
        # No text here has two segments.
        rows = {"words": used, "segment": 0}.get(fast_name, slice(None))
        blocks = range(fast.shape.layers) if "{i}" in fast_name else (0,)
        for i in blocks:
            for k in ("weight", "bias") if "{k}" in fast_name else ("weight",):
                yield fast_weights[fast_name.format(i=i, k=k)], weights[name.format(i=i, k=k)], rows
