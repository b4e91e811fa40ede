"""How a firm learns, a room for each way, and what a collective can do against it.

`optimal` answers with the likeliest label, `risk` minimises a convex risk, `descent` takes gradient
steps, `network` trains a neural network (and alone needs PyTorch).
"""
