"""How the firm trains: `label_noise` says what it is told, `device` where, `reference` how.

`fast` computes the same several times faster, many firms side by side.
"""
