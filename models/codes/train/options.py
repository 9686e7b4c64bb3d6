"""Options that several scripts share, checked before anything heavy begins."""
import argparse
from pathlib import Path


def folder_with(pattern, remedy):
    """An argument's check: a folder that holds files named like `pattern`."""
    def check(text):
        if not any(Path(text).glob(pattern)):
            raise argparse.ArgumentTypeError(f"expected a folder with {pattern}, found none in {text}. {remedy}")
        return text
    return check


def input_size(text):
    """An argument's check: a side that the network can halve five times."""
    if not text.isdecimal() or int(text) == 0 or int(text) % 32:
        raise argparse.ArgumentTypeError(f"expected a positive multiple of 32, found {text}")
    return int(text)


def checkpoint_file(text):
    """An argument's check: a file."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"expected a checkpoint such as DIR/last.pt, found none at {text}")
    return text


OPTIONS = {
    "run": {"type": folder_with("last.pt", "Train one with train.py."), "help": "folder of the checkpoint"},
    "data": {"type": folder_with("*.bin", "Make pictures with models/codes/make/main.ts."), "help": "folder of made pictures"},
    "pack": {"type": folder_with("pack.bin", "Make one with models/codes/make/pack.ts."), "help": "folder of a pack: pictures are composed on the fly"},
    "model": {"help": "exported file"},
    "out": {"help": "file or folder to write"},
    "size": {"type": input_size, "default": 576, "help": "side of the network's input in pixels, 576 unless told"},
}


def of_checkpoint(doc, *names):
    """A parser with --run, the options named, all of them required, and --size; `doc` is the script's own text."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", *names):
        parser.add_argument(f"--{name}", required=True, **OPTIONS[name])
    parser.add_argument("--size", **OPTIONS["size"])
    return parser
