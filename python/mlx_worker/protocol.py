"""The frames of the wire, held to server/worker/protocol.ts by server/worker/golden/*.json."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from .errors import EngineError, ErrorCode

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 64 * 1024 * 1024
# JSON numbers are JavaScript's on the other side: zod's z.int() ends here.
MAX_SAFE_INTEGER = 2**53 - 1

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Count = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
Seconds = Annotated[float, Meta(ge=0)]
Stop = Annotated[str, Meta(min_length=1, max_length=256)]
TokenKey = Annotated[str, Meta(pattern=r"^[0-9]{1,9}$")]
FinishReason = Literal["stop", "length", "tool_calls", "cancelled", "error"]
Priority = Literal["interactive", "batch", "background"]
Role = Literal["decode", "embed"]
EmbedKind = Literal["query", "document"]


class ToolCall(Struct):
    id: str
    name: str
    arguments: str


class Tool(Struct):
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    description: str = ""
    parameters: dict[str, Any] = {}


class WireMessage(Struct):
    role: Literal["system", "user", "assistant", "tool"]
    content: str
    reasoning: str = ""
    tool_calls: list[ToolCall] = []
    tool_call_id: str | None = None


class Sampling(Struct, forbid_unknown_fields=True):
    """Sampling parameters of one row; temperature 0 is greedy, `seed` None is drawn by the engine."""

    max_tokens: Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER)]
    temperature: Annotated[float, Meta(ge=0, le=5)] = 0
    top_p: Annotated[float, Meta(gt=0, le=1)] = 1
    top_k: Count = 0
    min_p: Annotated[float, Meta(ge=0, le=1)] = 0
    seed: Annotated[int, Meta(ge=0, le=0xFFFFFFFF)] | None = None
    stop: Annotated[list[Stop], Meta(max_length=16)] = []
    repetition_penalty: Annotated[float, Meta(gt=0, le=10)] = 1
    presence_penalty: Annotated[float, Meta(ge=-2, le=2)] = 0
    frequency_penalty: Annotated[float, Meta(ge=-2, le=2)] = 0
    logit_bias: dict[TokenKey, Annotated[float, Meta(ge=-100, le=100)]] = {}
    xtc_probability: Annotated[float, Meta(ge=0, le=1)] = 0
    xtc_threshold: Annotated[float, Meta(ge=0, le=0.5)] = 0.1
    logprobs: bool = False
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] = 0


class Constraint(Struct, forbid_unknown_fields=True):
    type: Literal["json_schema", "regex", "grammar"]
    value: Annotated[str, Meta(min_length=1, max_length=1_000_000)]


class NamedTool(Struct):
    name: str


class Resume(Struct, forbid_unknown_fields=True):
    """Where an interrupted row goes on: ids already decoded, and what was delivered of them."""

    token_ids: list[Count]
    text: str
    reasoning: str = ""


class Usage(Struct):
    prompt_tokens: Count
    completion_tokens: Count
    cached_tokens: Count = 0
    reasoning_tokens: Count = 0


class Timings(Struct):
    """Seconds; tokens per second over decode only."""

    queue: Seconds
    prefill: Seconds
    decode: Seconds
    tokens_per_second: Seconds


class CacheReceipt(Struct):
    """What was not prefilled again: tokens (resumed ones included), where they lay, and the seconds that
    prefilling them takes this model here (0 while that was not measured)."""

    reused_tokens: Count
    from_: Literal["memory", "disk", "none"] = msgspec.field(name="from")
    seconds_saved: Seconds


class SpeculationReceipt(Struct):
    """What guessing ahead brought; `gain` is this row's speed against one token a step."""

    method: Literal["draft", "prompt_lookup"]
    drafted_tokens: Count
    accepted_tokens: Count
    steps: Count
    gain: Annotated[float, Meta(ge=0)]


class ErrorBody(Struct):
    code: ErrorCode
    message: str
    details: dict[str, Any] | UnsetType = UNSET


class LoadReceipt(Struct):
    """What the load did. Bytes and seconds."""

    model_hash: str
    template_hash: str | None
    architecture: str
    parameters: Count
    context_window: Count
    vocabulary: Count
    weights_bytes: Count
    peak_bytes: Count
    kv_bytes_per_token: Count
    dtype: str
    widened: bool
    trimmable: bool
    load_seconds: Seconds
    has_chat_template: bool
    has_thinking: bool = False
    has_tools: bool = False
    draft_parameters: Count | None = None


class Load(Struct, tag_field="type", tag="load"):
    id: Id
    path: str
    widen: Literal["auto", "never"] = "auto"
    memory_limit_bytes: Count | None = None
    context_window: Count | None = None
    cache_limit_bytes: Count | None = None
    cache_dir: str | None = None
    cache_dir_limit_bytes: Count | None = None
    draft_path: str | None = None
    role: Role | None = None


class Unload(Struct, tag_field="type", tag="unload"):
    id: Id


class Generate(Struct, tag_field="type", tag="generate", forbid_unknown_fields=True):
    row: Id
    sampling: Sampling
    messages: list[WireMessage] | None = None
    prompt_token_ids: list[Count] | None = None
    prompt: str | None = None
    continue_final: bool = False
    resume: Resume | None = None
    priority: Priority = "interactive"
    constraint: Constraint | None = None
    tools: Annotated[list[Tool], Meta(max_length=128)] = []
    tool_choice: Literal["auto", "none", "required"] | NamedTool = "auto"
    thinking: Literal["auto", "on", "off"] = "auto"
    speculation: Literal["auto", "off"] = "auto"
    report_prompt: bool = False


class Cancel(Struct, tag_field="type", tag="cancel"):
    row: Id


class Pause(Struct, tag_field="type", tag="pause"):
    row: Id


class Continue(Struct, tag_field="type", tag="continue"):
    row: Id


class CountTokens(Struct, tag_field="type", tag="count"):
    id: Id
    messages: list[WireMessage]
    text: str | None = None
    tools: Annotated[list[Tool], Meta(max_length=128)] = []


class Embed(Struct, tag_field="type", tag="embed"):
    id: Id
    texts: Annotated[list[str], Meta(min_length=1, max_length=1024)]
    kind: EmbedKind = "document"
    priority: Priority = "interactive"


class Withdraw(Struct, tag_field="type", tag="withdraw"):
    id: Id


class Ping(Struct, tag_field="type", tag="ping"):
    id: Id


ToEngine = Load | Unload | Generate | Cancel | Pause | Continue | CountTokens | Embed | Withdraw | Ping


class Versions(Struct):
    engine: str
    mlx: str
    mlx_lm: str
    python: str


class Hello(Struct, tag_field="type", tag="hello"):
    token: str
    pid: int
    versions: Versions
    device: Literal["cpu", "metal", "cuda"]
    blas: Literal["openblas", "reference", "accelerate", "none"]
    memory_bytes: Count
    protocol: Literal[1] = PROTOCOL_VERSION


class LoadProgress(Struct, tag_field="type", tag="load_progress"):
    id: Id
    done: Annotated[float, Meta(ge=0, le=1)]
    stage: str


class Loaded(Struct, tag_field="type", tag="loaded"):
    id: Id
    receipt: LoadReceipt


class Unloaded(Struct, tag_field="type", tag="unloaded"):
    id: Id


class Admitted(Struct, tag_field="type", tag="admitted"):
    row: Id
    prompt_tokens: Count
    seed: int
    prompt_hash: str
    prompt_token_ids: list[Count] | None = None


class Prefill(Struct, tag_field="type", tag="prefill"):
    row: Id
    done: Count
    total: Count
    cached: Count


class ToolCallDelta(Struct, omit_defaults=True):
    index: Count
    arguments: str
    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class Likelihood(Struct):
    token_id: Count
    logprob: float
    bytes: list[Annotated[int, Meta(ge=0, le=255)]]


class TokenLogprobs(Likelihood):
    top: list[Likelihood]


class StepRow(Struct, omit_defaults=True):
    row: Id
    token_ids: list[Count]
    text: str
    reasoning: str = ""
    tool_calls: list[ToolCallDelta] = []
    logprobs: list[TokenLogprobs] = []


class Step(Struct, tag_field="type", tag="step"):
    n: Count
    rows: list[StepRow]


class Finished(Struct, tag_field="type", tag="finished"):
    row: Id
    text: str
    token_ids: list[Count]
    finish_reason: FinishReason
    usage: Usage
    timings: Timings
    error: ErrorBody | None = None
    cache: CacheReceipt | None = None
    reasoning: str = ""
    tool_calls: list[ToolCall] = []
    speculation: SpeculationReceipt | None = None


class Counted(Struct, tag_field="type", tag="counted"):
    id: Id
    tokens: Count
    per_message: list[Count]
    text_tokens: Count


class Embedded(Struct, tag_field="type", tag="embedded"):
    id: Id
    vectors: list[list[float]]
    tokens: Count
    truncated: Count = 0


class Pong(Struct, tag_field="type", tag="pong"):
    id: Id
    rows: Count
    active_bytes: Count
    peak_bytes: Count
    cache_bytes: Count
    prefix_bytes: Count = 0
    kv_bytes: Count = 0
    kv_useful_bytes: Count = 0
    paused: Count = 0


class Error(Struct, tag_field="type", tag="error"):
    id: Id | None
    error: ErrorBody


FromEngine = (
    Hello
    | LoadProgress
    | Loaded
    | Unloaded
    | Admitted
    | Prefill
    | Step
    | Finished
    | Counted
    | Embedded
    | Pong
    | Error
)

to_engine_decoder = msgspec.json.Decoder(ToEngine)
from_engine_decoder = msgspec.json.Decoder(FromEngine)


def error_body(error: EngineError) -> ErrorBody:
    """The error as it travels; `details` is left out when there are none."""
    return ErrorBody(error.code, error.message, error.details or UNSET)


def readable_id(payload: bytes) -> str | None:
    """The `id` or `row` of a frame that was refused, when it can be read at all."""
    try:
        frame = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(frame, dict):
        return None
    for key in ("id", "row"):
        value = frame.get(key)
        if isinstance(value, str) and 1 <= len(value) <= 64:
            return value
    return None
