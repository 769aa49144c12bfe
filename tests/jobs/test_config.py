"""Settings: where they come from, and what a wrong one gets."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
import tomlkit

from jobs.config import Settings, every_setting, field_at, find_config, load_settings
from jobs.template import template, write_template
from store.errors import ConfigError


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "yixun.toml"
    path.write_text(text, encoding="utf-8")
    return path


def uncommented(text: str) -> str:
    return "\n".join(line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in text.splitlines())


def test_without_anything_the_defaults_run_on_sqlite_with_no_mail_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load_settings(environ={})
    assert settings.store.url.get_secret_value() == "sqlite:///data/yixun.db"
    assert settings.mail.host is None
    assert settings.crawl.min_delay == 2
    assert list(settings.digest) == ["weekly", "deepseek", "funding"]


def test_the_file_here_goes_before_the_one_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, here = tmp_path / "home" / ".config" / "yixun", tmp_path / "here"
    home.mkdir(parents=True)
    here.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(here)
    assert find_config() is None
    written(home, "[crawl]\nmin_delay = 5\n")
    assert load_settings(environ={}).crawl.min_delay == 5
    written(here, "[crawl]\nmin_delay = 6\n")
    assert load_settings(environ={}).crawl.min_delay == 6


def test_a_variable_goes_before_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[crawl]\nmin_delay = 5\ncontact = "https://team.example/"\n')
    settings = load_settings(path, environ={"YIXUN_CRAWL__MIN_DELAY": "0", "PATH": "/bin"})
    assert settings.crawl.min_delay == 0
    assert settings.crawl.contact == "https://team.example/"


@pytest.mark.parametrize("value", ["127.0.0.0/8, 10.0.0.0/8", '["127.0.0.0/8", "10.0.0.0/8"]'])
def test_a_list_in_a_variable_takes_commas_or_toml(value: str) -> None:
    assert load_settings(None, environ={"YIXUN_CRAWL__ALLOW_NETWORKS": value}).crawl.allow_networks == ["127.0.0.0/8", "10.0.0.0/8"]


def test_an_empty_variable_is_an_empty_list() -> None:
    assert load_settings(None, environ={"YIXUN_CRAWL__ALLOW_NETWORKS": ""}).crawl.allow_networks == []


def test_a_table_in_a_variable_replaces_that_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[digest.weekly]\nlanguage = "zh"\ntopic_weights = {funding = 3}\n')
    weekly = load_settings(path, environ={"YIXUN_DIGEST__WEEKLY__TOPIC_WEIGHTS": "{imaging = 2}"}).digest["weekly"]
    assert (weekly.language, weekly.topic_weights) == ("zh", {"imaging": 2})


def test_a_variable_below_what_is_no_table_in_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"YIXUN_STORE__URL: expected a table at store"):
        load_settings(written(tmp_path, "store = 3\n"), environ={"YIXUN_STORE__URL": "sqlite:///x.db"})


def test_every_plain_setting_can_be_a_variable() -> None:
    for key, field in every_setting():
        assert field_at(key) is field, key


def test_a_secret_is_read_from_the_file_a_variable_names(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://reader:secret@db.example/news\n", encoding="utf-8")
    assert (
        load_settings(None, environ={"YIXUN_STORE__URL_FILE": str(secret)}).store.url.get_secret_value()
        == "postgresql://reader:secret@db.example/news"
    )
    secret.write_text("geheim\nsecond line\n", encoding="utf-8")
    mail = load_settings(None, environ={"YIXUN_MAIL__USERNAME": "me", "YIXUN_MAIL__PASSWORD_FILE": str(secret)}).mail
    assert mail.read_password() == "geheim"


def test_settings_made_by_hand_take_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIXUN_CRAWL__MIN_DELAY", "9")
    assert Settings().crawl.min_delay == 2


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    settings = load_settings(None, environ={"YIXUN_MAIL__USERNAME": "me", "YIXUN_MAIL__PASSWORD": "geheim"})
    assert "geheim" not in repr(settings) + settings.model_dump_json()


def test_the_empty_text_unsets_what_may_be_left_out(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, '[mail]\nhost = ""\nport = ""\n'), environ={}).mail.host is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[store]\nurk = 'x'\n", r"yixun\.toml: store\.urk: there is no such setting \(did you mean store\.url\?\)"),
        ("[STORE]\nurl = 'x'\n", r"yixun\.toml: STORE: there is no such setting"),
        ("[crawll]\nx = 1\n", r"yixun\.toml: crawll: there is no such setting \(did you mean crawl\?\)"),
        ("[digest.weekly]\nlangauge = 'en'\n", r"yixun\.toml: digest\.weekly\.langauge: .*did you mean digest\.weekly\.language"),
        ("[digest.weekly]\nlanguage = 'fr'\n", r"yixun\.toml: digest\.weekly\.language: expected 'en', 'zh' or 'both', got 'fr'"),
        ("[crawl]\nmin_delay = -1\n", r"yixun\.toml: crawl\.min_delay: expected greater than or equal to 0, got '-1'"),
        ("[crawl]\nallow_networks = ['all']\n", r"yixun\.toml: crawl\.allow_networks: 'all' is no network"),
        ("[mail]\npassword = 'geheim'\n", r"mail\.password: secrets are not read from this file \(set YIXUN_MAIL__PASSWORD"),
        ("[store]\nurl = 'postgresql://me:geheim@db/x'\n", r"store\.url: a password is not read from this file \(set YIXUN_STORE__URL"),
        ("[digest.weekly]\nday = 'Montag'\n", r"yixun\.toml: digest\.weekly\.day: expected 'mon'"),
        ("[digest.weekly]\nzone = 'Mars/Base'\n", r"digest\.weekly\.zone: expected a time zone such as Asia/Shanghai, got 'Mars/Base'"),
        ("[digest.weekly]\nsearch = 'a AND'\n", r"digest\.weekly\.search: query 'a AND': expected a word after AND"),
        ("[digest.weekly]\nsubject = '{week}'\n", r"digest\.weekly\.subject: expected words and \{title\} \{period\}"),
        (
            "[digest.weekly]\nsections = ['imagin']\n",
            r"digest\.weekly\.sections: expected ids of topics, got 'imagin'.*did you mean imaging",
        ),
        ("[digest.weekly.section_lengths]\nfundin = 3\n", r"digest\.weekly\.section_lengths: .*did you mean funding"),
        ("[digest.weekly.topic_weights]\nfunding = -1\n", r"digest\.weekly\.topic_weights: expected numbers from 0 to 200, got -1"),
        ("[store\n", r"yixun\.toml: is no TOML: .*line 1"),
        ("store = 3\n", r"yixun\.toml: store: "),
        ("[knowledge]\norganisations = [{id = 'x'}]\n", r"yixun\.toml: knowledge\.organisations"),
    ],
)
def test_a_wrong_key_or_value_is_one_line_that_says_where_and_what(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected) as caught:
        load_settings(written(tmp_path, text), environ={})
    assert "\n" not in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("YIXUN_STORE__URK", "x", r"YIXUN_STORE__URK: there is no such setting \(did you mean store\.url\?\)"),
        ("YIXUN_STORE__URL__X", "x", r"YIXUN_STORE__URL__X: there is no such setting"),
        ("YIXUN_ANYTHING", "x", r"YIXUN_ANYTHING: there is no such setting \(there are: store, crawl"),
        ("YIXUN_MAIL__PORT", "abc", r"YIXUN_MAIL__PORT: expected a valid integer.*got 'abc'"),
        ("YIXUN_STORE__URL_FILE", "/nowhere/secret", r"YIXUN_STORE__URL_FILE: cannot read /nowhere/secret"),
        ("YIXUN_STORE", "x", r"YIXUN_STORE: "),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        load_settings(None, environ={name: value})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load_settings(tmp_path / "none.toml", environ={})


def test_the_template_has_every_setting_and_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, template()), environ={}) == Settings()
    values = tomllib.loads(uncommented(template()))
    # A channel and a watch have no defaults: what stands in the file shows how they are written.
    plain = tomlkit.dumps({name: table for name, table in values.items() if name not in ("channel", "watch")})
    assert load_settings(written(tmp_path, plain), environ={}) == Settings()
    for key, field in every_setting():
        found = values
        for part in key[:-1]:
            found = found["weekly" if part == "NAME" and "weekly" in found else part]
        assert key[-1] in found or "SecretStr" in str(field.annotation), key
        assert field.description or key[0] == "knowledge", key


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "yixun.toml"
    assert write_template(path)
    path.write_text("# mine\n", encoding="utf-8")
    assert not write_template(path)
    assert path.read_text(encoding="utf-8") == "# mine\n"


def test_the_tests_themselves_take_nothing_from_the_environment() -> None:
    assert not [name for name in os.environ if name.startswith("YIXUN_")]
