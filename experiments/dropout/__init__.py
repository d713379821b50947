"""The Dropout lesson."""
