from ccengine.phone import ulaw


def test_every_code_comes_back() -> None:
    codes = bytes(code for code in range(256) if code != 0x7F)  # 0x7F is a second zero
    assert ulaw.encode(ulaw.decode(codes)) == codes


def test_known_values_of_g711() -> None:
    assert list(ulaw.decode(b"\xff\x7f\x80\x00\xf0")) == [0, 0, 32124, -32124, 120]
    assert ulaw.encode([0, 32767, -32768, 32124]) == b"\xff\x80\x00\x80"


def test_the_error_is_small_against_the_sample() -> None:
    samples = range(-32000, 32000, 7)
    for sample, heard in zip(samples, ulaw.decode(ulaw.encode(samples)), strict=True):
        assert abs(sample - heard) <= 8 + abs(sample) / 28


def test_quiet_is_quiet() -> None:
    assert ulaw.is_quiet(b"")
    assert ulaw.is_quiet(ulaw.encode([0, 90, -90] * 50))
    assert not ulaw.is_quiet(ulaw.encode([0] * 159 + [300]))
