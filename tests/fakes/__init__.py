"""Test servers and fakes: strict, over real sockets, refusing what the real services refuse."""
