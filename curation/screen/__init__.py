"""The full-screen desk: an editor's daily round in a terminal. Textual is known here alone."""
