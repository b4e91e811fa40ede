"""The worlds that the book tells its story in: `digits` is real and needs scikit-learn.

The others are invented; `crossroads` alone needs PyTorch.
"""
