"""all-MiniLM-L6-v2 as sentence-transformers computes it, made from the model's own files: the `tokenizers` library, and ONNX Runtime
over a graph with the fused operators that its own optimizer puts into BERT models. Tests compare with it, and so does the benchmark."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

MICROSOFT = "com.microsoft"


def safetensors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, tensor in header.items():
        if name != "__metadata__" and tensor["dtype"] == "F32":
            first, last = tensor["data_offsets"]
            tensors[name] = np.frombuffer(data[8 + length + first : 8 + length + last], np.float32).reshape(tensor["shape"])
    return tensors


class Graph:
    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind, inputs, output, domain="", extra=(), **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output, *extra], domain=domain, **attributes))
        return output


def graph(folder):
    config = json.loads((folder / "config.json").read_text())
    weights = safetensors(folder / "model.safetensors")
    g = Graph()
    epsilon, heads = config["layer_norm_eps"], config["num_attention_heads"]

    def weight(name):
        return g.constant(name, weights[name])

    def dense(name):
        return g.constant(f"{name}.weight", weights[f"{name}.weight"].T)

    embeddings = [weight(f"embeddings.{part}_embeddings.weight") for part in ("word", "position", "token_type")]
    norm = [weight("embeddings.LayerNorm.weight"), weight("embeddings.LayerNorm.bias")]
    hidden = g.node(
        "EmbedLayerNormalization", ["ids", "types", *embeddings, *norm, "mask"], "hidden", MICROSOFT, extra=["lengths"], epsilon=epsilon)
    for index in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{index}"
        parts = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        matrix = g.constant(f"{at}.qkv.weight", np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1))
        bias = g.constant(f"{at}.qkv.bias", np.concatenate([weights[f"{part}.bias"] for part in parts]))
        context = g.node("Attention", [hidden, matrix, bias, "lengths"], f"{at}.context", MICROSOFT, num_heads=heads)
        for half in ("attention.output", "output"):
            if half == "output":
                inner = g.node("MatMul", [hidden, dense(f"{at}.intermediate.dense")], f"{at}.inner")
                context = g.node("BiasGelu", [inner, weight(f"{at}.intermediate.dense.bias")], f"{at}.gelu", MICROSOFT)
            added = g.node("MatMul", [context, dense(f"{at}.{half}.dense")], f"{at}.{half}.added")
            norm = [weight(f"{at}.{half}.LayerNorm.weight"), weight(f"{at}.{half}.LayerNorm.bias")]
            hidden = g.node(
                "SkipLayerNormalization", [added, hidden, *norm, weight(f"{at}.{half}.dense.bias")], f"{at}.{half}.hidden", MICROSOFT,
                epsilon=epsilon)
    tokens = [("batch", "tokens")] * 3
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT32, s) for n, s in zip(("ids", "types", "mask"), tokens)]
    output = helper.make_tensor_value_info(hidden, TensorProto.FLOAT, ("batch", "tokens", config["hidden_size"]))
    made = helper.make_graph(g.nodes, "minilm", inputs, [output], g.constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)], ir_version=8)


class MiniLM:
    def __init__(self, folder, threads=2):
        folder = Path(folder)
        self.limit = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(self.limit)
        self.tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(graph(folder).SerializeToString(), options, providers=["CPUExecutionProvider"])

    def ids(self, texts):
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    def embed(self, texts, batch=32):
        """One row a text, in order; batches sorted by length, as sentence-transformers does it."""
        ids = self.ids(texts)
        order = sorted(range(len(ids)), key=lambda at: -len(ids[at]))
        vectors = None
        for first in range(0, len(order), batch):
            places = order[first : first + batch]
            longest = max(len(ids[at]) for at in places)
            tokens = np.zeros((len(places), longest), np.int32)
            mask = np.zeros_like(tokens)
            for row, at in enumerate(places):
                tokens[row, : len(ids[at])] = ids[at]
                mask[row, : len(ids[at])] = 1
            (hidden,) = self.session.run(None, {"ids": tokens, "types": np.zeros_like(tokens), "mask": mask})
            pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
            pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
            if vectors is None:
                vectors = np.empty((len(ids), pooled.shape[1]), np.float32)
            vectors[places] = pooled
        return vectors

    def words(self, texts):
        """For each text the tokens of each of its words, and a row a word: the mean of its tokens' last states, of length 1. A text at a
        time, without padding."""
        lengths, rows = [], []
        for encoding in self.tokenizer.encode_batch(texts):
            tokens = np.array([encoding.ids], np.int32)
            (hidden,) = self.session.run(None, {"ids": tokens, "types": np.zeros_like(tokens), "mask": np.ones_like(tokens)})
            places = {}
            for place, word in enumerate(encoding.word_ids):
                if word is not None:
                    places.setdefault(word, []).append(place)
            lengths.append([len(found) for found in places.values()])
            rows += [hidden[0, found].mean(0) for found in places.values()]
        vectors = np.array(rows, np.float32)
        return lengths, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
