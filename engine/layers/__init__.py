"""Layers, a file each: equations, parameters, trace, forward and backward next to each other."""

from engine.layers.activation import ReLU
from engine.layers.convolution import Conv1D, Conv2D, Conv3D
from engine.layers.dense import Dense
from engine.layers.embedding import Embedding
from engine.layers.flatten import Flatten
from engine.layers.layer import Layer
from engine.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D, MaxPooling2D

__all__ = [
    "AveragePooling2D",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Dense",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Layer",
    "MaxPooling2D",
    "ReLU",
]
