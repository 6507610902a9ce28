"""Any character at all, for Hypothesis.

What ``st.text()`` takes by itself asks of every one of a million characters whether UTF-8 can
write it: three seconds in every process. Only halves of pairs cannot be written.
"""

from typing import Final

from hypothesis import strategies as st

ANY: Final = st.characters(exclude_categories=["Cs"])
