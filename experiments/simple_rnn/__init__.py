"""The SimpleRNN lesson: what a learner sets, what the lens shows, and a module a claim."""
