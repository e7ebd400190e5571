"""Every sample says where it came from."""

from pathlib import Path


def test_the_readme_lists_exactly_the_samples(samples: Path) -> None:
    lines = (samples / "README.md").read_text().splitlines()
    listed = {line.split("|")[1].strip() for line in lines if line.startswith("| ")} - {"file"}
    assert listed == {file.name for file in samples.iterdir()} - {"README.md"}
