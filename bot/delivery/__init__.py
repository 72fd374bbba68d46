"""From a target's settings to a message that has arrived: when it is due, what is still to be sent, how fast."""
