"""The L1 and L2 lesson."""
