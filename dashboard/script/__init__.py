"""The script that Streamlit runs, alone in its folder:
Streamlit puts that folder on the search path, and would serve every module of a `pages` folder beside it as a page
without a sign-in.
"""
