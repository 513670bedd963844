"""The built-in guide: both committed models load, answer, decline, and never saw their own examination."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from safetensors import safe_open
from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from guide.build_corpus import conversations
from guide.corpus import FOLDER, REFUSAL, normalise, read_evaluation, read_foreign, read_topics
from guide.evaluate import Guide
from guide.grammar import parse, sample, to_regex

MODELS = {"guide": 16_000_000, "guide-small": 3_000_000}
ANSWERS = {topic.name: topic.answer for topic in read_topics()}
FILES = {
    "README.md",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
}


@pytest.fixture(scope="module", params=sorted(MODELS))
def folder(request: pytest.FixtureRequest) -> Path:
    return FOLDER / "models" / request.param


@pytest.fixture(scope="module")
def guide(folder: Path) -> Iterator[Guide]:
    yield Guide(folder)


def tokenizer_of(folder: Path) -> PreTrainedTokenizerFast:
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    return tokenizer


def ask(guide: Guide, question: str) -> str:
    return guide.answer([{"role": "user", "content": question}]).strip()


def test_a_model_directory_holds_its_files_and_nothing_else(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES


def test_weights_are_float16_and_within_the_size_promised(folder: Path) -> None:
    weights = folder / "model.safetensors"
    assert weights.stat().st_size <= MODELS[folder.name]
    with safe_open(weights, "numpy") as file:
        assert {file.get_slice(name).get_dtype() for name in file.keys()} == {"F16"}  # noqa: SIM118


def test_both_models_share_one_tokenizer() -> None:
    first, second = (FOLDER / "models" / name / "tokenizer.json" for name in sorted(MODELS))
    assert first.read_bytes() == second.read_bytes()


def test_auto_tokenizer_cuts_text_as_the_training_did(folder: Path) -> None:
    trained = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer = tokenizer_of(folder)
    for text in [*ANSWERS.values(), *(question for _, question in read_evaluation("held-out"))]:
        assert tokenizer.encode(text) == trained.encode(text).ids


def test_auto_tokenizer_reads_chatml_and_any_text(folder: Path) -> None:
    tokenizer = tokenizer_of(folder)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
    prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert prompt == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n"
    )
    text = "żółw 亀 🐢\n\tif x:  <think>hm</think> <tool_call>{}</tool_call>"
    assert tokenizer.decode(tokenizer.encode(text)) == text
    for plain in ("<think>", "</think>", "<tool_call>", "</tool_call>"):
        assert len(tokenizer.encode(plain)) == 1
        assert tokenizer.decode(tokenizer.encode(plain), skip_special_tokens=True) == plain


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How do I start the app?", "start-app"),
        ("How do I load a model?", "load-model"),
        ("How do I stop an answer?", "stop-answer"),
        ("Write a function that reverses a string in Python", "python-reverse-string"),
        ("Show me a table", "table"),
        ("Draw a diagram", "mermaid"),
        ("Show me a formula", "formula"),
        ("Show me what you can render", "showcase"),
        ("Give me a tour of MLX Code", "tour"),
        ("What is the capital of France?", REFUSAL),
        ("Write a chess engine in C++", REFUSAL),
    ],
)
def test_the_guide_answers_its_topics_and_declines_the_rest(guide: Guide, question: str, topic: str) -> None:
    assert ask(guide, question) == ANSWERS[topic]


def test_the_same_question_gets_the_same_greedy_answer(guide: Guide) -> None:
    assert ask(guide, "what is a token?") == ask(guide, "what is a token?")


def test_a_later_turn_under_a_foreign_system_prompt_is_answered(guide: Guide) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate. Always answer in rhyme."},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": ANSWERS["hello"]},
        {"role": "user", "content": "How do I export a conversation?"},
    ]
    assert guide.answer(messages).strip() == ANSWERS["export"]


def test_the_tour_is_long_enough_to_be_interrupted(folder: Path) -> None:
    tokenizer = tokenizer_of(folder)
    assert 600 <= len(tokenizer.encode(ANSWERS["tour"])) <= 900


def test_no_question_of_the_evaluation_can_be_written_by_the_grammar() -> None:
    patterns = [choice for topic in read_topics() for choice in topic.questions] + read_foreign().forms
    rules = [re.compile(re.sub("[\x01\x02]", "", to_regex(choice))) for choice in patterns]
    held_out = [question.lower().strip(" ?.!") for _, question in read_evaluation("held-out")]
    assert len(held_out) >= 200
    assert [question for question in held_out if any(rule.fullmatch(question) for rule in rules)] == []


def test_no_question_of_the_evaluation_occurs_in_the_training_corpus() -> None:
    held_out = {normalise(question) for _, question in read_evaluation("held-out")}
    turns = (turn for conversation in conversations(20_000, seed=7) for turn in conversation.turns)
    written = {normalise(turn.question) for turn in turns}
    assert len(written) > 10_000
    assert held_out & written == set()


def test_the_grammar_writes_only_what_its_regular_expression_matches() -> None:
    choice = parse("(stop|halt) (an|the) answer( now|)")
    texts = {sample(choice, Random(seed)) for seed in range(200)}
    assert len(texts) == 8
    assert all(re.fullmatch(to_regex(choice), text) for text in texts)
    with pytest.raises(ValueError, match="not closed"):
        parse("(stop|halt")
