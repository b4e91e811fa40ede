"""Section 5 of the paper: a firm that reads résumés, and a collective that plants a signal in them.

`corpus` holds the résumés, `signals` what a collective does to them. Importing this package loads
neither; import the module that you need.
"""
