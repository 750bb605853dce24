"""What the editor decides: inbox, picks and line-up, and the front ends an editor uses."""
