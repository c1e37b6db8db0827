"""The app: `streamlit run dashboard.py` imports this file once as a server, and runs it as a script for every screen.

The menu is in pages/_frame.py, because a screen opened first by its address is run without this file (F13).
"""

import streamlit as st

from pages import _frame, _stream

if __name__ == "__main__":
    _frame.draw().run()
else:
    app = st.App(__file__, routes=[_stream.ROUTE])
