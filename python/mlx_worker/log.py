"""One JSON line per event on stderr; the daemon captures it."""

import json
import sys
import time
from typing import Any


def log(level: str, event: str, **fields: Any) -> None:
    """Write one line. `level` is pino's word: debug, info, warn or error."""
    line = {"time": round(time.time() * 1000), "level": level, "event": event, **fields}
    sys.stderr.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
    sys.stderr.flush()
