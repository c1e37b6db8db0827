"""The app: `streamlit run dashboard.py`. The frame runs on every run; each screen obtains the desk for itself.

The menu is in pages/_frame.py, because a screen opened first by its address is run without this file (F13).
"""

from pages import _frame

_frame.draw().run()
