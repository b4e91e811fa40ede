"""The laboratory: a firm that reads texts, and a collective that plants a signal in them.

Read in this order: `corpora` holds the texts, `signals` what a collective does to them, `models`,
`learners` and `training` the firm, `experiment` one run of both, `sweep` thousands of runs, `store`
their records, `results` the tables and curves made from them, `cli` the command `collective-lab`,
`plugins` what others add. Importing this package loads none of them; import the module that you
need.

Source: Section 5 of the paper.
"""
