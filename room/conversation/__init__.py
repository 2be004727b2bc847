"""What is said in a room, the status of the conversation, and how a person opts out.

Takes texts of the person, of agents and of the service; gives stored messages and the clocks of the case. Renders no
page and reads no request.
"""
