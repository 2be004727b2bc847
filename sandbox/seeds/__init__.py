"""What a world begins with: the shipped cast, or a file of posts.

In goes a posts file or the cast; out comes a `WorldSeed`. It answers no call.
"""
