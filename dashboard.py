"""The app: `streamlit run dashboard.py` imports this file once as a server, and runs it as a script for every screen.

The menu is in pages/_frame.py, because a screen opened first by its address is run without this file (F13).
"""

import streamlit as st

from core import quiet
from pages import _door, _frame, _guard, _health, _stream

if __name__ == "__main__":
    _frame.draw().run()
else:
    quiet.begin()
    app = st.App(__file__, routes=[_stream.ROUTE, _health.ROUTE, *_door.ROUTES], middleware=[_guard.MIDDLEWARE], lifespan=_door.lifespan)
