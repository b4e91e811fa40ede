"""Algorithmic collective action in machine learning.

The library behind the book: one module per concept, in the order in which a reader meets them
(``population``, ``strategies``, ``optimal``, ``bounds``, ...). The theory is that of Hardt,
Mazumdar, Mendler-Dünner and Zrnic, "Algorithmic Collective Action in Machine Learning", ICML 2023.
"""
