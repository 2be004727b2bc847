"""One module a page, and the parts that pages share.
In: the request context and the frozen rows of `dashboard.reads`; out: Streamlit elements and calls of
`service.desk.acts`; no SQL and no policy here.
"""
