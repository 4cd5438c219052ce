"""strace's output, read into what processes did."""

from __future__ import annotations

from simulator.lab.processes import calls, read_strace
from simulator.lab.recording import Connected, Started, Wrote

SHELL = """\
38 2.926595 execve("/usr/bin/bash", ["bash", "/lab/commands.sh"], 0x7ffc /* 12 vars */) = 0
38 2.930000 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
39 2.937893 execve("/usr/bin/rclone", ["rclone", "copy", "/lab/a \\"b\\"", "s3:x\\303\\244"], 0x5 <unfinished ...>
38 2.938000 <... clone resumed>, child_tidptr=0x7f) = 39
39 2.939000 <... execve resumed>) = 0
39 2.940000 clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD, stack=0x7f} => {parent_tid=[40]}, 88) = 40
40 2.941000 openat(AT_FDCWD</lab>, "rclone.conf1", O_RDWR|O_CREAT, 0600) = 3</lab/home/rclone.conf1>
40 2.942000 openat(AT_FDCWD</lab>, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 3</etc/hosts>
40 2.943000 openat(AT_FDCWD</lab>, "/dev/null", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</dev/null>
40 2.944000 openat(AT_FDCWD</lab>, "/root/x", O_WRONLY|O_CREAT, 0666) = -1 EACCES (Permission denied)
40 2.945000 connect(5, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("10.0.0.1")}, 16) = -1 EAGAIN (x)
40 2.946000 connect(5<socket:[1]>, {sa_family=AF_UNIX, sun_path="/x"}, 16) = 0
40 2.950000 exit_group(0) = ?
38 2.951000 execve("/usr/bin/missing", ["missing"], 0x55 /* 12 vars */) = -1 ENOENT (No such file or directory)
38 2.952000 exit_group(0 <unfinished ...>
nonsense
""".splitlines()


def test_starts_have_arguments_parents_and_ends() -> None:
    shell, rclone = [one for one in read_strace(SHELL) if isinstance(one, Started)]
    assert (shell.pid, shell.parent, shell.arguments) == (38, 0, ("bash", "/lab/commands.sh"))
    assert (rclone.pid, rclone.parent, rclone.image) == (39, 38, "/usr/bin/rclone")
    assert rclone.arguments == ("rclone", "copy", '/lab/a "b"', "s3:xä")
    assert rclone.time == 2_937_893
    assert (rclone.ended, shell.ended) == (2_950_000, 2_952_000)


def test_what_a_thread_does_its_process_does() -> None:
    wrote = [one for one in read_strace(SHELL) if isinstance(one, Wrote)]
    assert [(one.pid, one.path) for one in wrote] == [(39, "/lab/home/rclone.conf1")]
    connected = [one for one in read_strace(SHELL) if isinstance(one, Connected)]
    assert [(one.pid, one.port) for one in connected] == [(39, 443)]


def test_a_process_that_executes_twice_is_two_programs() -> None:
    lines = [
        '7 1.0 execve("/bin/sh", ["sh", "-c", "exec curl"], 0x1 /* 1 var */) = 0',
        '7 2.0 execve("/usr/bin/curl", ["curl"], 0x1 /* 1 var */) = 0',
    ]
    first, second = read_strace(lines)
    assert isinstance(first, Started)
    assert isinstance(second, Started)
    assert (first.ended, second.ended, second.pid) == (2_000_000, 0, 7)


def test_interrupted_calls_are_put_together() -> None:
    done = [(one.name, one.result, one.time) for one in calls(SHELL)]
    assert done[:3] == [
        ("execve", 0, 2_926_595),
        ("clone", 39, 2_930_000),
        ("execve", 0, 2_937_893),
    ]
    assert [one for one in done if one[0] == "exit_group"] == [
        ("exit_group", None, 2_950_000),
        ("exit_group", None, 2_952_000),
    ]
