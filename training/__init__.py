"""How the reader is trained: texts and labels → one ONNX file with its card. Never imported by the product (docs/reader.md)."""
