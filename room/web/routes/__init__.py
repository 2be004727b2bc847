"""The handlers of the room's web application, one module a topic.

Take a request; give a response. Touch tables only through the other folders of `room`.
"""
