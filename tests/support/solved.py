"""A chapter with an exercise that checks itself and one that does not."""

from support.books import chapter, code

ANSWER = """```{code-cell} ipython3
---
tags: [answer]
wrong:
- size = 3
- |
  def best(e):
      return 0
---
rng = base + 1
size = 2

def best(e: float, among=()) -> int:
    \"\"\"Return the best.\"\"\"
    return helper(e) + size
```
"""
CHECK = code("limit = size\nassert [best(k) for k in (1, 2)], 'No.'\nprint('Right')", "check")
TEXT = chapter(
    "# One\n\nWords.\n\n```{exercise}\n:label: ex-a\n\n(*Code.*) Write `best`, find `size`.\n```\n",
    "Between.\n\n```{solution-start} ex-a\n:class: dropdown\n```\n\nSo:\n",
    code("base = 1"),
    ANSWER,
    CHECK,
    "```{solution-end}\n```\n\n```{exercise}\n:label: ex-b\n\n(*Open.*) Why?\n```\n",
    "```{solution-start} ex-b\n```\n\nBecause.\n\n```{solution-end}\n```\n\n## After\n",
    code("done()"),
)
