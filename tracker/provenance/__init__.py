"""What a figure rests on, and the bundle that proves it."""
