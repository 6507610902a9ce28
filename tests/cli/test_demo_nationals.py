"""The demo's nationals answer in the shares the demo announces, and always alike."""

from safeconduct.cli.demo import nationals


def test_shares_are_those_announced() -> None:
    drawn = [nationals.intention(f"+999{number:010d}") for number in range(20_000)]
    answers = [intended.answer for intended in drawn if intended]
    assert abs(answers.count(1) / 20_000 - nationals.SAFE) < 0.01
    assert abs(answers.count(2) / 20_000 - nationals.NEEDS_HELP) < 0.005
    assert abs(answers.count(3) / 20_000 - nationals.NOT_THERE) < 0.003


def test_a_person_always_does_the_same() -> None:
    assert nationals.intention("+9990000000001") == nationals.intention("+9990000000001")


def test_everybody_answers_with_a_key_of_their_own() -> None:
    keys = [
        intended.key
        for number in range(5000)
        if (intended := nationals.intention(f"+999{number:010d}"))
    ]
    assert len(keys) == len(set(keys))


def test_the_link_is_found_among_words_of_any_script() -> None:
    token = "0123456789ABCDEFGHIJKL"
    text = f"Zəlzələ. Təhlükəsizsiniz? http://127.0.0.1:8010/s/{token} 1 təhlükəsizəm"
    assert nationals.link_in(text) == (f"http://127.0.0.1:8010/s/{token}", token)
    assert nationals.link_in("землетрясение") is None
