"""How many members it takes, whatever the share: the cells of a study, its law, its predictions.

`cells` lists what is run, `law` holds the formula, `study` fits it and writes down what it predicts
before anyone runs the rest. The chapter *Heads or shares?* reads what they wrote.
"""
