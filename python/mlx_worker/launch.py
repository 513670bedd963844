"""`python -m mlx_worker.launch --socket PATH`: one engine as several ranks, started and ended together.

What each rank is given (variables, files, the script for ssh) is what mlx.launch gives it: its own functions
make it. Only its loop is not used: it keeps half a core busy while the ranks sleep, goes on when its
standard input ends, and does not say which rank ended first.

The plan is the first line of standard input; the end of standard input is the end of all ranks. Standard
output tells, one JSON object a line, who runs and who ended: {"started": [...]}, then {"ended": {...}}.
"""

import argparse
import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from mlx._distributed_utils import launch as mlx_launch
from mlx._distributed_utils.common import Host

from .exits import EXIT_DIVERGED, EXIT_FOLLOWED, EXIT_PEER_LOST, EXIT_RANK_ENDED
from .host import die_with_parent

EXIT_STOPPED = 0
SSH_FAILED = 255
EXIT_BAD_PLAN = 64
# The others follow the first within milliseconds; the first to be found need not be the first to die.
GATHER_SECONDS = 0.05
MEANINGS = {
    EXIT_PEER_LOST: "lost another rank",
    EXIT_DIVERGED: "computed something else than the others",
    SSH_FAILED: "could not be reached, or was lost, over ssh",
}
SSH_KILL_SECONDS = 5.0
# A token in a command line or on another machine would be everybody's.
TOKEN = "MLX_CODE_ENGINE_TOKEN"


class PlannedHost(msgspec.Struct, forbid_unknown_fields=True):
    """One rank's machine, as in a hostfile of mlx.launch."""

    ssh: str
    ips: list[str] = []
    rdma: list[str | list[str] | None] = []


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """`python` and `folder`: the interpreter and the folder of this package on the other machines."""

    backend: str
    hosts: list[PlannedHost]
    port: int
    python: str
    folder: str
    envs: list[str] = []


@dataclass
class RankOrder:
    """What one rank is started with; `files` maps a variable to the text of the file that it names."""

    rank: int
    host: str
    env: dict[str, str]
    files: dict[str, str]


@dataclass
class _Rank:
    order: RankOrder
    process: subprocess.Popen[bytes]
    ended: str | None = None
    # Over ssh: the file that holds the process id over there.
    pid_file: str | None = None


def main() -> None:
    """Start the ranks, then wait for the first to end or for the end of standard input."""
    parser = argparse.ArgumentParser(
        prog="mlx_worker.launch", description="The ranks of one engine of MLX Code."
    )
    parser.add_argument("--socket", required=True, help="the daemon's Unix socket")
    path = parser.parse_args().socket
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    try:
        plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
        orders = rank_orders(plan)
    except (msgspec.DecodeError, ValueError) as error:
        sys.stderr.write(f"The ranks cannot be planned: {error}\n")
        sys.exit(EXIT_BAD_PLAN)
    with tempfile.TemporaryDirectory(prefix="ranks-") as folder:
        ranks = _start(plan, orders, path, Path(folder))
        _tell(
            started=[
                {
                    "rank": r.order.rank,
                    "host": r.order.host,
                    "pid": r.process.pid,
                    "local": r.pid_file is None,
                }
                for r in ranks
            ]
        )
        stopped = threading.Event()
        threading.Thread(target=_kill_with_stdin, args=(ranks, stopped), daemon=True).start()
        first = _first_ended(ranks)
        if not stopped.is_set():
            _tell(ended={"rank": first.order.rank, "host": first.order.host, "reason": first.ended})
        _end(ranks)
    sys.exit(EXIT_STOPPED if stopped.is_set() else EXIT_RANK_ENDED)


def rank_orders(plan: Plan) -> list[RankOrder]:
    """What mlx.launch would start each rank with. Raises ValueError for a plan that it refuses."""
    hosts = [Host(rank, host.ssh, host.ips, host.rdma) for rank, host in enumerate(plan.hosts)]
    names = [host.ssh for host in plan.hosts]
    port = _free_ports(len(hosts)) if all(name in HERE for name in names) else plan.port
    settings = argparse.Namespace(
        backend=plan.backend,
        env=list(plan.envs),
        cwd=None,
        python=None,
        verbose=False,
        starting_port=port,
        nccl_port=port,
        connections_per_ip=1,
        repeat_hosts=max(names.count(name) for name in names),
    )
    orders: list[RankOrder] = []
    with _in_place_of_starting(orders):
        match plan.backend:
            case "ring":
                mlx_launch.launch_ring(_Refusal(), hosts, settings, [])
            case "nccl":
                mlx_launch.launch_nccl(_Refusal(), hosts, settings, [])
            case "jaccl" | "jaccl-ring":
                mlx_launch.launch_jaccl(_Refusal(), hosts, settings, [])
            case _:
                raise ValueError(f"the backend {plan.backend} is not one of ring, jaccl, jaccl-ring, nccl")
    return orders


def _free_ports(count: int) -> int:
    """The first of so many neighbouring ports that nobody listens on; nobody else need know them."""
    while True:
        with contextlib.ExitStack() as taken:
            first = taken.enter_context(socket.socket())
            first.bind(("", 0))
            port = first.getsockname()[1]
            try:
                for offset in range(1, count):
                    taken.enter_context(socket.socket()).bind(("", port + offset))
            except (OSError, OverflowError):
                continue
            return port


class _Refusal:
    """Takes the place of mlx.launch's argument parser."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


@contextlib.contextmanager
def _in_place_of_starting(orders: list[RankOrder]) -> Generator[None]:
    """Have mlx.launch hand over what it would start."""
    start = mlx_launch._launch_with_io

    def gather(_kind: object, arguments: Sequence[Any], _verbose: bool) -> None:
        for (rank, host, _python, _cwd, files, env, _command), _ in arguments:
            variables = dict(one.split("=", maxsplit=1) for one in env)
            orders.append(RankOrder(rank, host, {**variables, "MLX_RANK": str(rank)}, files))

    setattr(mlx_launch, "_launch_with_io", gather)  # noqa: B010
    try:
        yield
    finally:
        mlx_launch._launch_with_io = start


def _start(plan: Plan, orders: list[RankOrder], path: str, folder: Path) -> list[_Rank]:
    """The followers, then rank 0 with the ends of their pipes: with it they end, and with us it ends."""
    backend = "jaccl" if plan.backend == "jaccl-ring" else plan.backend
    followers: list[_Rank] = []
    pipes: list[tuple[int, int]] = []
    for order in orders[1:]:
        log, log_end = os.pipe()
        answers, answer_end = os.pipe()
        command = ["-m", "mlx_worker.follower", "--backend", backend]
        start = _start_here if order.host in HERE else _start_over_ssh
        followers.append(_Rank(order, start(plan, order, command, folder, (log, answer_end))))
        os.close(log)
        os.close(answer_end)
        pipes.append((log_end, answers))
    for follower, (_, answers) in zip(followers, pipes, strict=True):
        if follower.order.host not in HERE:
            follower.pid_file = _first_line(answers)
    command = ["-m", "mlx_worker", "--socket", path, "--backend", backend]
    descriptors = [descriptor for pair in pipes for descriptor in pair]
    leader = subprocess.Popen(
        [sys.executable, *command, "--followers", ",".join(f"{a}:{b}" for a, b in pipes)],
        stdin=subprocess.PIPE,
        stdout=sys.stderr,
        env=_local_environment(orders[0], folder, {TOKEN: os.environ.get(TOKEN, "")}),
        pass_fds=descriptors,
    )
    for descriptor in descriptors:
        os.close(descriptor)
    return [_Rank(orders[0], leader), *followers]


def _start_here(
    _plan: Plan, order: RankOrder, command: list[str], folder: Path, ends: tuple[int, int]
) -> subprocess.Popen[bytes]:
    environment = _local_environment(order, folder, {})
    return subprocess.Popen([sys.executable, *command], stdin=ends[0], stdout=ends[1], env=environment)


def _start_over_ssh(
    plan: Plan, order: RankOrder, command: list[str], _folder: Path, ends: tuple[int, int]
) -> subprocess.Popen[bytes]:
    own = {name: os.environ[name] for name in REMOTE_VARIABLES if name in os.environ}
    env = [f"{name}={value}" for name, value in {**own, "PYTHONPATH": plan.folder, **order.env}.items()]
    # As for a local one: without a terminal there is no echo to switch off.
    script = mlx_launch.RemoteProcess.make_launch_script(
        order.rank, plan.python, plan.folder, order.files, env, command, True
    )
    return subprocess.Popen(
        ["ssh", *SSH_OPTIONS, order.host, f"bash -c {shlex.quote(script)}"],
        stdin=ends[0],
        stdout=ends[1],
        env={name: value for name, value in os.environ.items() if name != TOKEN},
    )


def _first_line(descriptor: int) -> str:
    """What the script of mlx.launch prints first: the file with the process id. What follows is rank 0's."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(descriptor, 1)):
        line += byte
    return line.decode(errors="replace").strip()


HERE = ("127.0.0.1", "localhost")
# No terminal: the log is binary. No questions: nobody could answer them. A lost machine is noticed.
SSH_OPTIONS = [
    "-T",
    "-o",
    "BatchMode=yes",
    "-o",
    "ServerAliveInterval=5",
    "-o",
    "ServerAliveCountMax=3",
    "--",
]
REMOTE_VARIABLES = [
    *["OPENBLAS_NUM_THREADS", "PYTHONNOUSERSITE", "PYTHONUNBUFFERED", "TOKENIZERS_PARALLELISM"],
    *["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"],
]


def _local_environment(order: RankOrder, folder: Path, own: dict[str, str]) -> dict[str, str]:
    """Ours, the rank's, and a temporary folder of its own: MLX's kernel cache is unlocked."""
    temporary = folder / str(order.rank)
    temporary.mkdir()
    files = {}
    for name, text in order.files.items():
        file = temporary / name
        file.write_text(text)
        files[name] = str(file)
    return {**os.environ, TOKEN: "", "TMPDIR": str(temporary), **order.env, **files, **own}


def _first_ended(ranks: list[_Rank]) -> _Rank:
    """Wait for a rank to end, and tell the one whose end was the cause."""
    by_pid = {rank.process.pid: rank for rank in ranks}
    pid, status = os.wait()
    ended = [_note(by_pid[pid], status)]
    deadline = time.monotonic() + GATHER_SECONDS
    while time.monotonic() < deadline:
        pid, status = os.waitpid(-1, os.WNOHANG) if len(ended) < len(ranks) else (0, 0)
        if pid:
            ended.append(_note(by_pid[pid], status))
        else:
            time.sleep(0.005)
    return min(ended, key=_blame)


def _note(rank: _Rank, status: int) -> _Rank:
    code = os.waitstatus_to_exitcode(status)
    rank.process.returncode = code
    ended = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
    rank.ended = MEANINGS.get(code, ended)
    return rank


def _blame(rank: _Rank) -> int:
    """What was killed comes before what failed, and that before what only lost the others."""
    code = rank.process.returncode
    if code in (EXIT_FOLLOWED, EXIT_PEER_LOST):
        return 2
    return 0 if code < 0 else 1


def _end(ranks: list[_Rank]) -> None:
    """Kill what still runs, here and over there, and see it gone."""
    _kill(ranks)
    for rank in ranks:
        if rank.process.returncode is None:
            os.waitpid(rank.process.pid, 0)
    for rank in ranks:
        if rank.pid_file:
            _end_remote(rank)


def _kill(ranks: list[_Rank]) -> None:
    for rank in ranks:
        # Not Popen.kill, which would reap what the main thread waits for.
        if rank.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rank.process.pid, signal.SIGKILL)


def _end_remote(rank: _Rank) -> None:
    """A rank over ssh ends with its log; one that hangs is killed as mlx.launch does it."""
    script = mlx_launch.RemoteProcess.make_kill_script(shlex.quote(rank.pid_file or "")).replace(
        "kill $pid", "kill -9 $pid"
    )
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        subprocess.run(
            ["ssh", *SSH_OPTIONS, rank.order.host, f"bash -c {shlex.quote(script)}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SSH_KILL_SECONDS,
            check=False,
        )


def _kill_with_stdin(ranks: list[_Rank], stopped: threading.Event) -> None:
    while os.read(0, 4096):
        continue
    stopped.set()
    _kill(ranks)


def _tell(**line: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
