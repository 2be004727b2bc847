"""What is said in a room, how the conversation stands, and how a person leaves it.

Takes texts of the person, of agents and of the service; gives stored messages and the clocks of the case. Renders no
page and reads no request.
"""
