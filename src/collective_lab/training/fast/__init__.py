"""Many firms trained side by side: what `transformers` and AdamW compute, several times faster.

`batches` says in which order a firm reads, `encoder` what it computes, `conversion` how weights
come from `transformers` and go back, `parameters` and `schedule` how they move, `memory` what the
allocator keeps, and `loop` puts it together.
"""
