"""What can be set: the options as types, how they are read, and the files a new newsroom starts from."""
