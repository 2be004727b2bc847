"""A rulebook that runs beside the one in use:
its verdicts and what people did come in, agreement and its end go out. It sends nothing and changes no decision.
"""
