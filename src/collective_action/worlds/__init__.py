"""The invented worlds that the book tells its story in; `crossroads` alone needs PyTorch."""
