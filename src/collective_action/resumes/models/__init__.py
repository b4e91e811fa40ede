"""Section 5, the firm's models."""
