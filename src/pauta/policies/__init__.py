"""The policies that the gate obeys, with their versions."""
