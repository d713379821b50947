"""The overfitting lab."""
