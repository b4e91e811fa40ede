"""Transformers of both architectures, so small that a test can train them."""

import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
)

WORDS, LABELS = 40, 10


def distilbert(dropout=0.0, positions=20):
    config = DistilBertConfig(
        vocab_size=WORDS, n_layers=2, n_heads=2, dim=16, hidden_dim=24, num_labels=LABELS,
        dropout=dropout, attention_dropout=0.0, seq_classif_dropout=dropout,
        max_position_embeddings=positions,
    )  # fmt: skip
    torch.manual_seed(3)
    return DistilBertForSequenceClassification(config)


def bert(dropout=0.0, positions=20):
    config = BertConfig(
        vocab_size=WORDS, num_hidden_layers=3, num_attention_heads=4, hidden_size=16,
        intermediate_size=24, num_labels=LABELS, hidden_dropout_prob=dropout,
        classifier_dropout=2 * dropout, attention_probs_dropout_prob=0.0,
        max_position_embeddings=positions,
    )  # fmt: skip
    torch.manual_seed(4)
    return BertForSequenceClassification(config)


MODELS = {"distilbert": distilbert, "bert": bert}


def lively(model):
    """Make every parameter count: fresh models have zero biases and nearly equal attention."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return model
