"""Layers, a file each: equations, parameters, trace, forward and backward next to each other."""

from engine.layers.activation import ELU, SELU, LeakyReLU, PReLU, ReLU
from engine.layers.bidirectional import Bidirectional
from engine.layers.convolution import Conv1D, Conv2D, Conv3D
from engine.layers.dense import Dense
from engine.layers.drop_connect import DropConnect
from engine.layers.dropout import Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from engine.layers.embedding import Embedding
from engine.layers.flatten import Flatten
from engine.layers.gaussian_noise import GaussianNoise
from engine.layers.gru import GRU
from engine.layers.layer import Layer
from engine.layers.lstm import LSTM
from engine.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D, MaxPooling2D
from engine.layers.reshape import Reshape
from engine.layers.separable import DepthwiseConv2D, SeparableConv2D
from engine.layers.simple_rnn import SimpleRNN
from engine.layers.smooth import GELU, HardSigmoid, Sigmoid, SiLU, Softplus, Softsign, Tanh
from engine.layers.softmax import LogSoftmax, Softmax

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "SELU",
    "AveragePooling2D",
    "Bidirectional",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Dense",
    "DepthwiseConv2D",
    "DropConnect",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "HardSigmoid",
    "Layer",
    "LeakyReLU",
    "LogSoftmax",
    "MaxPooling2D",
    "PReLU",
    "ReLU",
    "Reshape",
    "SeparableConv2D",
    "SiLU",
    "Sigmoid",
    "SimpleRNN",
    "Softmax",
    "Softplus",
    "Softsign",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "Tanh",
]
