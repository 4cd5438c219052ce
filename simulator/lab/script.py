"""What a container's shell executes: files are laid out, only the lab's CA is trusted, and commands run traced."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final

from simulator.lab.plan import File, Run
from simulator.lab.processes import STRACE
from simulator.lab.proxy import PROXY_PORT

BUNDLE: Final = "/etc/ssl/certs/ca-certificates.crt"
COMMANDS: Final = "/lab/commands.sh"


def boot(run: Run, *, traced: bool = True) -> str:
    """The script a container starts with. Standard output is the trace's, standard error the commands'."""
    folders = sorted({file.path.rpartition("/")[0] for file in run.files} | {"/lab/home", "/lab/tmp"})
    lines = ["set -u", f"mkdir -p {shlex.join(folders)}", *map(_laid_out, run.files)]
    lines += [
        f'printf %s "$LAB_CA" > {BUNDLE}',
        f'printf %s "$LAB_COMMANDS" > {COMMANDS}',
        "unset LAB_CA LAB_COMMANDS",
        "cd /lab",
        "exec 3>&1 1>&2",
        *(f"{{ {line}; }} || exit 97" for line in run.prepare),
    ]
    shell = ["bash", COMMANDS]
    lines.append(shlex.join([*STRACE, "-o", "/dev/fd/3", *shell]) if traced else shlex.join(shell))
    return "\n".join(lines) + "\n"


def _laid_out(file: File) -> str:
    if file.text is not None:
        return f"printf %s {shlex.quote(file.text)} > {shlex.quote(file.path)}"
    return f"head -c {file.size} /dev/urandom > {shlex.quote(file.path)}"


def commands(run: Run) -> str:
    """The scenario's own commands; the first that fails ends the run."""
    return "set -e\n" + "\n".join(run.commands) + "\n"


def environment(run: Run, gateway: str, certificate: str) -> Mapping[str, str]:
    """The environment of a container. `HOME` and temporary files are in memory; every tool trusts the lab's CA."""
    made = {
        "HOME": "/lab/home",
        "TMPDIR": "/lab/tmp",
        "PATH": "/usr/lib/p7zip:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/lib/git-core",
        "LANG": "C.UTF-8",
        "SSL_CERT_FILE": BUNDLE,
        "REQUESTS_CA_BUNDLE": BUNDLE,
        "GIT_SSL_CAINFO": BUNDLE,
        "GIT_TERMINAL_PROMPT": "0",
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAB_CA": certificate,
        "LAB_COMMANDS": commands(run),
    }
    if run.reach == "proxy":
        where = f"http://{gateway}:{PROXY_PORT}"
        made |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), where)
    return {**made, **run.environment}
