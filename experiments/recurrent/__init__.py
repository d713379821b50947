"""What the lessons of SimpleRNN, LSTM and GRU share."""
