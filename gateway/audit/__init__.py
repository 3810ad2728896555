"""The disclosure log: who was given what about whom, and the proof that nobody has changed it since."""
