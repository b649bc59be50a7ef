"""The id of a figure, what it rests on, and the bundle that proves it."""
