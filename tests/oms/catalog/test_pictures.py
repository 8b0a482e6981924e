"""Pictures: made small, upright, without metadata; what is broken is refused with a reason."""

import io
from pathlib import Path

import pytest
from PIL import Image

from oms.catalog.media.encoding import MOST_PIXELS, BadPictureError, encode, measure
from oms.catalog.media.folder import NAME, MediaFolder

MARK = b"COUNTERFOIL-CANARY"


def _jpeg(size: tuple[int, int], **options: object) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, "teal").save(held, "JPEG", **options)
    return held.getvalue()


def _made(data: bytes) -> dict[str, Image.Image]:
    return {name: Image.open(io.BytesIO(file)) for name, file in encode(data, measure(data))}


def test_a_picture_becomes_two_formats_in_every_width_that_it_can_fill() -> None:
    made = _made(_jpeg((1000, 500)))
    assert sorted((image.format, image.size) for image in made.values()) == [
        ("AVIF", (320, 160)),
        ("AVIF", (640, 320)),
        ("AVIF", (960, 480)),
        ("WEBP", (320, 160)),
        ("WEBP", (640, 320)),
        ("WEBP", (960, 480)),
    ]
    assert all(NAME.fullmatch(name) for name in made)


def test_a_small_picture_is_never_blown_up() -> None:
    assert measure(_jpeg((90, 40))).widths == (90,)
    assert {image.size for image in _made(_jpeg((90, 40))).values()} == {(90, 40)}


def test_metadata_does_not_survive() -> None:
    exif = Image.Exif()
    exif[0x010E] = MARK.decode()
    exif.get_ifd(0x8825)[2] = (52.0, 9.0, 36.0)
    data = _jpeg((400, 300), exif=exif, comment=MARK)
    assert MARK in data
    for name, file in encode(data, measure(data)):
        image = Image.open(io.BytesIO(file))
        assert MARK not in file, name
        assert dict(image.getexif()) == {}
        assert image.info.get("icc_profile") is None


def test_positions_in_real_photographs_do_not_survive(data_dir: Path) -> None:
    for path in sorted((data_dir / "6-attack" / "exif-gps").glob("*.jpg"))[:1]:
        assert Image.open(path).getexif().get_ifd(0x8825)
        for _, file in encode(path.read_bytes(), measure(path.read_bytes())):
            assert dict(Image.open(io.BytesIO(file)).getexif()) == {}
            assert b"GPS" not in file


def test_eight_orientations_of_one_picture_come_out_alike(data_dir: Path) -> None:
    seen = []
    for path in sorted((data_dir / "6-attack" / "exif-orientation").glob("landscape_*.jpg")):
        data = path.read_bytes()
        measured = measure(data)
        first = next(iter(encode(data, measured)))[1]
        small = Image.open(io.BytesIO(first)).convert("L").resize((8, 8))
        seen.append((measured.width > measured.height, list(small.get_flattened_data())))
    assert len(seen) == 8
    assert all(is_wide for is_wide, _ in seen)
    worst = max(abs(a - b) for _, pixels in seen for a, b in zip(pixels, seen[0][1], strict=True))
    assert worst <= 12


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(data_dir: Path) -> None:
    held = io.BytesIO()
    Image.new("1", (8000, MOST_PIXELS // 8000 + 1)).save(held, "PNG")
    with pytest.raises(BadPictureError, match="40 million"):
        measure(held.getvalue())
    with pytest.raises(BadPictureError):
        measure((data_dir / "6-attack" / "image-payloads" / "lottapixel.jpg").read_bytes())


def test_every_broken_or_hostile_file_is_used_or_refused_and_nothing_else(data_dir: Path) -> None:
    told = {}
    files = [*(data_dir / "6-attack" / "image-malformed-pillow").iterdir()]
    files += [
        *(data_dir / "6-attack" / "image-payloads").iterdir(),
        *(data_dir / "6-attack" / "svg").iterdir(),
    ]
    files += [*(data_dir / "6-attack" / "exif-invalid").glob("*.jpg")][:1]
    for path in files:
        data = path.read_bytes()
        try:
            told[path.name] = len(list(encode(data, measure(data))))
        except BadPictureError:
            told[path.name] = 0
    assert len(told) == len(files) >= 38
    assert told["hopper_orientation_6.jpg"] == 2
    assert told["invalid-exif.jpg"] > 0
    assert [
        name
        for name in told
        if name.endswith((".svg", ".pcx", ".cur", ".tif", ".bmp", ".bin")) and told[name]
    ] == []


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"hello" * 99]
)
def test_what_is_no_picture_is_refused_with_what_to_give(data: bytes) -> None:
    with pytest.raises(BadPictureError, match="JPEG, PNG, WEBP, AVIF, GIF"):
        measure(data)


def test_the_folder_keeps_each_picture_once_and_nothing_half(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    first = folder.keep_picture(_jpeg((400, 300)))
    stamps = {path.name: path.stat().st_mtime_ns for path in folder.path.iterdir()}
    assert folder.keep_picture(_jpeg((400, 300))) == first
    assert {path.name: path.stat().st_mtime_ns for path in folder.path.iterdir()} == stamps
    assert sorted(stamps) == [f"{first.digest}-320.avif", f"{first.digest}-320.webp"]
    with pytest.raises(BadPictureError):
        folder.keep_picture(b"broken")
    assert len(list(folder.path.iterdir())) == 2


def test_a_drawing_keeps_its_bytes_under_its_own_hash(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    kept = folder.keep_drawing("ink.svg", "<svg/>", {"en": "Ink"}, (400, 500))
    assert (folder.path / f"{kept.digest}.svg").read_bytes() == b"<svg/>"
    assert (kept.width, kept.height, kept.widths) == (400, 500, ())


def test_real_product_photographs_come_in_and_get_lighter(data_dir: Path) -> None:
    for name in ("aws-retail", "eshop-outdoor", "online-boutique"):
        path = max((data_dir / "2-images" / name).glob("*.*"), key=lambda p: p.stat().st_size)
        data = path.read_bytes()
        measured = measure(data)
        made = dict(encode(data, measured))
        assert len(made) == 2 * len(measured.widths)
        smallest = made[f"{measured.digest}-{measured.widths[0]}.avif"]
        assert 0 < len(smallest) < len(data) / 2
