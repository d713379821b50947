"""What the adviser knows: descriptions of data, what is advised for each, and the network to begin with."""
