"""Layers, a file each: equations, parameters, trace, forward and backward next to each other."""

from engine.layers.activation import ELU, SELU, LeakyReLU, PReLU, ReLU
from engine.layers.attention import MultiHeadAttention, PositionalEncoding
from engine.layers.batch_normalization import BatchNormalization
from engine.layers.bidirectional import Bidirectional
from engine.layers.convolution import Conv1D, Conv2D, Conv3D
from engine.layers.convolution_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from engine.layers.dense import Dense
from engine.layers.drop_connect import DropConnect
from engine.layers.dropout import Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from engine.layers.embedding import Embedding
from engine.layers.flatten import Flatten
from engine.layers.gaussian_noise import GaussianNoise
from engine.layers.gaussian_sampling import GaussianSampling
from engine.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from engine.layers.graph_attention import GATv2, GraphAttention
from engine.layers.graph_convolution import GraphConvolution
from engine.layers.graph_isomorphism import GIN
from engine.layers.graph_pooling import GraphPooling
from engine.layers.graph_sage import GraphSAGE
from engine.layers.gru import GRU
from engine.layers.layer import Layer
from engine.layers.layer_normalization import (
    GroupNormalization,
    InstanceNormalization,
    LayerNormalization,
    RMSNormalization,
)
from engine.layers.lstm import LSTM
from engine.layers.pair_norm import PairNorm
from engine.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from engine.layers.reshape import Reshape
from engine.layers.separable import DepthwiseConv2D, SeparableConv2D
from engine.layers.simple_rnn import SimpleRNN
from engine.layers.smooth import GELU, HardSigmoid, Sigmoid, SiLU, Softplus, Softsign, Tanh
from engine.layers.softmax import LogSoftmax, Softmax
from engine.layers.up_sampling import UpSampling1D, UpSampling2D, UpSampling3D

__all__ = [
    "ELU",
    "GELU",
    "GIN",
    "GRU",
    "LSTM",
    "SELU",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "BatchNormalization",
    "Bidirectional",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Dense",
    "DepthwiseConv2D",
    "DropConnect",
    "Dropout",
    "Embedding",
    "Flatten",
    "GATv2",
    "GaussianNoise",
    "GaussianSampling",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GraphAttention",
    "GraphConvolution",
    "GraphPooling",
    "GraphSAGE",
    "GroupNormalization",
    "HardSigmoid",
    "InstanceNormalization",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "LogSoftmax",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "MultiHeadAttention",
    "PReLU",
    "PairNorm",
    "PositionalEncoding",
    "RMSNormalization",
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
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
]
