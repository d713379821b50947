"""The LSTM lesson: what a learner sets, what the lens shows, and a module a claim."""
