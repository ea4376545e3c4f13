#!/usr/bin/python3
"""Templates and their texts, as Jinja2 renders them with the settings of transformers' chat templates.

    /usr/bin/python3 -B evomoe-models/src/test/python/jinja_cases.py

Writes src/test/resources/jinja/cases.json: a list of objects with template, variables and text, which is null
if the template rejects the messages. Last made with Jinja2 3.1.6.
"""

import json
from pathlib import Path

from jinja2.sandbox import ImmutableSandboxedEnvironment

OUTPUT = Path(__file__).resolve().parent.parent / "resources" / "jinja" / "cases.json"
MESSAGES = [
    {"role": "system", "content": " Be <nice>. "},
    {"role": "user", "content": "  hi \U0001d49c \u00e9\n"},
    {"role": "assistant", "content": "<think>\nhm\n</think>\n\nanswer"},
    {"role": "user", "content": ""},
    {"role": "assistant", "content": "a b\n"},
]
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "tools": None}
VARIABLES = [
    {**TOKENS, "messages": MESSAGES, "add_generation_prompt": True},
    {**TOKENS, "messages": MESSAGES[1:2], "add_generation_prompt": False},
]
TEMPLATES = [
    r'''{{ '\n' ~ 'a' }}|{{ "a\"b" }}|{{ 'it\'s' }} {{ 'x' 'y' }} {{ '\u00e9\x41\\' }}''',
    r'''{{ {"a": [1, -2, none, true, 'é<\x01"'], 'b': {}} | tojson }} {{ [] | tojson }}''',
    r'''{% for m in messages[::-1] %}{{ m.role }},{{ loop.index0 }}{{ loop.last }}{{ loop.first }}{{ loop.revindex }}{{ loop.length }} {% endfor %}''',
    r'''{{ messages[1:]|length }} {{ messages[-1].role }} {{ messages[:-1]|length }} {{ messages[0:3:2]|map(attribute='role')|join(', ') }} {{ 'abcdef'[1:4] }} {{ 'abcdef'[::-1] }} {{ 'abcdef'[-2:] }} {{ 'abcdef'[5:1:-2] }}{{ 'abc'[5:] }}{{ 'abc'[-10:2] }}{{ 'abc'[-10:2:-1] }}{{ 'abc'[10::-1] }}''',
    r'''{{ ' a b '.strip() }}|{{ 'abc'.startswith('a') }}|{{ 'a,b,c'.split(',')[-1] }}|{{ '\nx\n'.lstrip('\n') }}|{{'x'.upper()}}|{{'hello wORLD-x it'.title()}}|{{'a'.replace('a','b')}}|{{ 'a b  c'.split()|join('-') }}|{{ 'a,b,c'.split(',', 1)|join('-') }}|{{ 'xyx'.rstrip('x') }}|{{ 'abc'.find('c') }}|{{ 'abc'.endswith(('c','d')) }}|{{ 'éa'.capitalize() }}|{{ ''.split(',')|length }}|{{ ''.split()|length }}|{{ 'a,,b,'.split(',')|tojson }}|{{ '-'.join(['a','b']) }}|{{ 'aXbX'.count('X') }}|{{ 'prefix-a'.removeprefix('prefix-') }}|{{ 'a\nb\n'.splitlines()|tojson }}''',
    r'''{% set ns = namespace(x=1, found=false) %}{% for i in [1,2] %}{% set ns.x = ns.x + i %}{% set y = i %}{% endfor %}{{ ns.x }} {{ y is defined }} {{ ns.found }}''',
    r'''{{ x is defined }} {{ x is not defined }} {{ 'a' is string }} {{ [1] is iterable }} {{ {} is mapping }} {{ none is none }} {{ false is false }} {{ tools is defined }} {{ tools is none }} {{ tools is not none }} {{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ 'a' is in ['a'] }} {{ 1 is number }} {{ true is boolean }} {{ 'a' is eq 'a' }} {{ [] is sequence }} {{ 'a' is equalto('b') }}''',
    r'''{% macro f(a, b=2) %}<{{ a }}{{ b }}>{% endmacro %}{{ f(1) }}{{ f(1, b=3) }}{{ f(b=5, a='x') }}{{ f() }}''',
    r'''{{ 'a' if true else 'b' }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ not false and true }} {{ 'a' in 'abc' }} {{ 'a' not in ['b'] }} {{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ 'a' * 3 }} {{ 'no' if false }}| {{ 1 ~ 2 ~ none }} {{ 2 < 3 and 3 >= 3 or false }} {{ 'a' < 'b' }} {{ '' or 'd' }} {{ 0 and 1 }} {{ messages and 'y' }} {{ not not 1 }}''',
    r'''{{ true }} {{ none }} {{ 10 }} {{ 1_000 }}''',
    r'''a
  {% if true %}
  b
  {%- endif %}
c
  {# comment #}
  d {# x #} e
  {%+ if true %}x{% endif %}
{{ 1 -}}
   z
{%- set q = 1 -%}   
   y  ''',
    r'''{%- for i in range(3) -%} {{ loop.index }}{{ loop.previtem }}{{ loop.nextitem }} {%- else -%} none {%- endfor %}{% for i in range(1, 3) %}{{ i }}{% endfor %}{% for i in [] %}x{% else %}empty{% endfor %}''',
    r'''{{ messages | selectattr('role','equalto','user') | list | length }}{{ messages | rejectattr('role','==','user') | list | length }}{{ messages | selectattr('content') | list | length }}{{ ['a', '', 'b']|select|list|length }}{{ messages|map(attribute='role')|unique|list|tojson }}{{ ['a','b']|map('upper')|join }}''',
    r'''{% for k, v in {'a': 1, 'b': 'c'}.items() %}{{k}}={{v}};{% endfor %}{% for k, v in {'a': 1}|items %}{{ k }}{{ v }}{% endfor %}{{ {'a': 1}.get('a') }}{{ {'a': 1}.get('b', 'z') }}{{ {'a': 1}.get('b') }}{{ {'a':1}.keys()|list|tojson }}{{ {'a':1}['a'] }}{{ {'a':1}.a }}{{ 'a' in {'a': 1} }}''',
    r'''{% for i in [1,2,3,4] %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}{% for i in [1,2,3] if i > 1 %}{{ i }}{{ loop.index }}{% endfor %}''',
    r'''{% set x %}abc{{ 1 }}{% endset %}{{ x|length }}{{ x }}{% set a, b = 'p', 'q' %}{{ a }}{{ b }}{% set t = ('a', 'b') %}{{ t[1] }}''',
    r'''{% raw %}{{ x }}{% if %}{% endraw %}{% raw -%}  a  {%- endraw %}''',
    r'''{{ undefinedthing }}|{{ undefinedthing|default('d') }}|{{ ''|default('d', true) }}|{{ undefinedthing is undefined }}|{{ 'A b'|lower }}|{{ '  x '|trim }}|{{ 'a b'|capitalize }}|{{ [1,2]|first }}|{{ [1,2]|last }}|{{ [1,2]|reverse|join(',') }}|{{ 'abc'|replace('b','x') }}|{{ '12'|int + 1 }}|{{ 3|string + 'x' }}|{{ 'q'|safe }}|{{ '\U0001d49c'|length }}|{{ messages|length - 1 }}''',
    r'''{{ messages[0].nope }}|{{ messages[0]['nope'] is defined }}|{% if messages[0].tool_calls %}x{% endif %}{% if messages[0].nope is defined and messages[0].nope is not none %}y{% endif %}''',
    r'''{{ messages[99] is defined }}{{ messages[0]['role'] == 'system' }}{{ messages[0].content.strip().upper() }}''',
    r'''{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}''',
    r'''{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}''',
    r'''{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not tools_in_user_message is defined %}
    {%- set tools_in_user_message = true %}
{%- endif %}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{#- This block extracts the system message, so we can slot it into the right place. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{#- System message + builtin tools #}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: ipython\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\n\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {{- "x" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- endif %}''',
    r'''{{ messages[0].role[0] }}{{ messages|first|tojson }}{{ (messages|last)['content'] }}{{ ("a" ~ "b")|upper }}{{ -1 }}{{ - 1 + 2 }}{{ [1, 2,]|length }}{{ {'a': 1,}['a'] }}''',
]


def rejected(reason):
    raise ValueError(reason)


def text(environment, template, variables):
    try:
        return environment.from_string(template).render(**variables)
    except ValueError:
        return None


def main():
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    environment.globals["raise_exception"] = rejected
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    cases = [{"template": template, "variables": variables,
              "text": text(environment, template, variables)}
             for template in TEMPLATES for variables in VARIABLES]
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
