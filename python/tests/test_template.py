import time
from typing import Any

import pytest

from mlx_worker.errors import EngineError
from mlx_worker.template import TIME_LIMIT_SECONDS, ChatTemplate

from .tiny import CHATML

CHAT = [{"role": "user", "content": "Hi"}]


def render(source: str, **variables: Any) -> str:
    return ChatTemplate(source, {"bos_token": "<s>"}).render(CHAT, add_generation_prompt=True, **variables)


def test_chat_is_rendered_with_the_generation_prompt() -> None:
    assert render(CHATML) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"


def test_what_templates_use_is_there() -> None:
    assert render("{{ bos_token }}{{ {'ä': 1} | tojson }}") == '<s>{"ä": 1}'
    assert render("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}") == "01"
    assert render("{% generation %}{{ messages[0].content }}{% endgeneration %}") == "Hi"
    assert len(render("{{ strftime_now('%Y') }}")) == 4
    assert render("{% set ns = namespace(n=1) %}{% set ns.n = 2 %}{{ ns.n }}") == "2"
    assert render("{{ enable_thinking }}", enable_thinking=True) == "True"


def test_template_may_refuse_the_messages_with_its_own_words() -> None:
    with pytest.raises(EngineError, match="Roles must alternate") as caught:
        render("{{ raise_exception('Roles must alternate') }}")
    assert caught.value.code == "invalid_request"


ENDLESS = {
    "nested loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "recursive macros": "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}"
    "{{ m(60) }}",
    "endless recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "repetition": "{{ 'a' * 10 ** 12 }}",
    "a huge power": "{{ 9 ** 9 ** 9 }}",
    "a huge range": "{% for a in range(10 ** 12) %}{% endfor %}",
    "endless text": "{% for a in range(99999) %}{{ 'a' * 99999 }}{% endfor %}",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
def test_endless_template_is_stopped(source: str) -> None:
    started = time.monotonic()
    with pytest.raises(EngineError) as caught:
        render(source)
    assert caught.value.code == "model_invalid"
    assert time.monotonic() - started < TIME_LIMIT_SECONDS * 5


HOSTILE = {
    "the interpreter": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "the globals": "{{ raise_exception.__globals__ }}",
    "the environment": "{{ self.environment }}{{ self._TemplateReference__context.environment.deadline }}",
    "the messages": "{{ messages.append(1) }}",
    "a division by zero": "{{ 1 // 0 }}",
    "an import": "{% import 'os' as os %}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_template_reaches_nothing_outside(source: str) -> None:
    try:
        text = render(source)
    except EngineError as error:
        assert error.code == "model_invalid"
    else:
        assert text == ""


def test_text_that_is_no_template_is_refused() -> None:
    with pytest.raises(EngineError, match="cannot be compiled"):
        render("{% for %}")
