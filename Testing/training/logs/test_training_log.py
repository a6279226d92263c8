"""The log of a training: read back whole after a kill, drawn, and as tables."""

from pathlib import Path

from TACEResponseLib.basics.process.remaining import Remaining, duration_in_words
from TACEResponseLib.training.logs.log import FitLog, log_csv, read_log, write_picture


def test_of_an_epoch_that_was_run_twice_the_last_value_stands(tmp_path: Path) -> None:
    log = FitLog(tmp_path / "cnn-fold-1.csv")
    for epoch, value in ((1, 0.7), (2, 0.6), (2, 0.5)):
        log("loss", epoch, value)
    with (tmp_path / "cnn-fold-1.csv").open("a") as file:
        file.write("loss,3,0.")
    assert [(row.epoch, row.value) for row in read_log(tmp_path)] == [(1, 0.7), (2, 0.5)]
    assert log_csv(read_log(tmp_path)) == (
        "fit,quantity,epoch,value\ncnn-fold-1,loss,1,0.7\ncnn-fold-1,loss,2,0.5\n"
    )


def test_epochs_are_drawn_and_their_absence_is_told(tmp_path: Path) -> None:
    for fit in ("cnn-fold-1", "cnn-all"):
        log = FitLog(tmp_path / "log" / f"{fit}.csv")
        for epoch in range(1, 6):
            log("loss", epoch, 1 / epoch)
            log("tuning AUC", epoch, 0.5 + epoch / 20)
    write_picture(read_log(tmp_path / "log"), tmp_path / "a.png")
    write_picture((), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "b.png").stat().st_size > 1000


def test_the_time_that_is_left_follows_the_pace_so_far() -> None:
    messages: list[str] = []
    seconds = iter([0.0, 60.0, 120.0, 180.0])
    remaining = Remaining("fit", 3, messages.append, lambda: next(seconds))
    for _ in range(3):
        remaining.step(" (cnn)")
    assert messages == [
        "fit 1 of 3 (cnn), about 2 min left",
        "fit 2 of 3 (cnn), about 60 s left",
        "fit 3 of 3 (cnn)",
    ]
    assert duration_in_words(7200) == "2.0 h"
