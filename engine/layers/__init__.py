"""Layers, a file each: equations, parameters, trace, forward and backward next to each other."""

from engine.layers.activation import ReLU
from engine.layers.batch_normalization import BatchNormalization
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
from engine.layers.layer_normalization import (
    GroupNormalization,
    InstanceNormalization,
    LayerNormalization,
    RMSNormalization,
)
from engine.layers.lstm import LSTM
from engine.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D, MaxPooling2D
from engine.layers.simple_rnn import SimpleRNN

__all__ = [
    "GRU",
    "LSTM",
    "AveragePooling2D",
    "BatchNormalization",
    "Bidirectional",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Dense",
    "DropConnect",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GroupNormalization",
    "InstanceNormalization",
    "Layer",
    "LayerNormalization",
    "MaxPooling2D",
    "RMSNormalization",
    "ReLU",
    "SimpleRNN",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]
