"""Section 5, how the firm trains: a loop of our own, because a sweep runs it thousands of times.

`targets` says what the firm is told, `batches` in which order, `encoder` what it computes,
`conversion` how weights come from `transformers` and go back, `parameters` and `schedule` how they
move, `device` where, and `loop` puts it together.
"""
