"""How a question's choices are marked where they are written, and what a reader is told of them."""

import re

MARK = re.compile(r"^- \[([ x])\] +")
VERDICTS = {True: "Right.", False: "No."}
