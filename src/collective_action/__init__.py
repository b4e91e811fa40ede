"""Algorithmic collective action in machine learning.

Read in this order: `population` and `strategies` (who there is, and what members do to their data),
`learners` (a firm, and what a collective can do against it), `bounds` and `slack` (what theorems
promise), `counterexamples` (what is not true), `estimation` (from a sample), `certificates` (what
members can be sure of), `participation` (who joins). `worlds` holds the book's invented worlds,
`teaching` what its pages need, `data` says where recorded results lie.

The theory is that of Hardt, Mazumdar, Mendler-Dünner and Zrnic, "Algorithmic Collective Action in
Machine Learning", ICML 2023.
"""
