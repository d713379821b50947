"""The compiled loops: plain arrays in, plain arrays out. The layers check and shape what comes here."""
